/** A difference that a converge must not remove, because that would destroy something: `diff` throws it. */
export class Refusal extends Error {
  readonly fix: readonly string[];

  constructor(message: string, fix: readonly string[]) {
    super(message);
    this.name = 'Refusal';
    this.fix = fix;
  }

  /** By the first of the reasons for which a rule has refused: for a stage that cannot know what it should do. */
  static by([first]: readonly { readonly message: string; readonly fix: readonly string[] }[]): Refusal {
    return new Refusal(
      first?.message ?? 'what the hosts say leaves open what should be done',
      first?.fix ?? [],
    );
  }
}
