/** What a script is told on its stdin, as it comes. */
export class FedLines implements AsyncIterable<string> {
  readonly #waiting: string[] = [];
  #ended = false;
  #more: () => void = () => undefined;

  send(text: string): void {
    this.#waiting.push(`${text}\n`);
    this.#more();
  }

  end(): void {
    this.#ended = true;
    this.#more();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const text = this.#waiting.shift();
      if (text !== undefined) yield text;
      else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#more = resolve;
        });
    }
  }
}
