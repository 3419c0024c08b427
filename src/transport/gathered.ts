import { StringDecoder } from 'node:string_decoder';

/** Output as it comes, in whole characters: a chunk may end inside of one. */
export class Gathered {
  readonly #decoder = new StringDecoder('utf8');
  readonly #pieces: string[] = [];
  readonly #on: (text: string) => void;

  constructor(on: (text: string) => void) {
    this.#on = on;
  }

  add(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  /** All of it. Nothing is added after. */
  end(): string {
    this.#take(this.#decoder.end());
    return this.#pieces.join('');
  }

  #take(text: string): void {
    if (text === '') return;
    this.#pieces.push(text);
    this.#on(text);
  }
}
