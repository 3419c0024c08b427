/** A difference that a converge must not remove, because that would destroy something: `diff` throws it. */
export class Refusal extends Error {
  readonly fix: readonly string[];

  constructor(message: string, fix: readonly string[]) {
    super(message);
    this.name = 'Refusal';
    this.fix = fix;
  }
}
