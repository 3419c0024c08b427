import { StringDecoder } from 'node:string_decoder';
import { Kept } from './kept.ts';

/** Output as it comes, in whole characters: a chunk may end inside of one. */
export class Gathered {
  readonly #decoder = new StringDecoder('utf8');
  readonly #kept: Kept;
  readonly #on: (text: string) => void;

  /** `keep`: characters, from the end. Default: all. */
  constructor(on: (text: string) => void, keep?: number) {
    this.#kept = new Kept(keep);
    this.#on = on;
  }

  add(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  /** What is kept of it. Nothing is added after. */
  end(): string {
    this.#take(this.#decoder.end());
    return this.#kept.toString();
  }

  #take(text: string): void {
    if (text === '') return;
    this.#kept.add(text);
    this.#on(text);
  }
}
