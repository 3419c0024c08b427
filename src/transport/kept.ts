/** A text that grows, of which not more than so many characters are kept, from its end. */
export class Kept {
  readonly #most: number;
  #pieces: string[] = [];
  #length = 0;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  add(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    // Not at every piece: each cut copies what is kept.
    if (this.#length > 2 * this.#most) this.#cut();
  }

  toString(): string {
    if (this.#length > this.#most) this.#cut();
    return this.#pieces.join('');
  }

  #cut(): void {
    this.#pieces = [this.#pieces.join('').slice(-this.#most)];
    this.#length = this.#most;
  }
}
