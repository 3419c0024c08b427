import { Kept } from './kept.ts';
import type { Word } from './sudo-bootstrap.ts';

/** Characters of a line after which it is passed on without its end, and of the longest word with its nonce and what sudo said. */
const LINE = 65_536;
const WORD = 4096;

/** Takes the bootstrap's own lines out of stdout, wherever chunks end. */
export class SudoWords {
  readonly #passed: Kept;
  #rest = '';
  readonly #prefix: string;
  readonly #on: (word: Word, said: string) => void;

  /** `keep`: characters of what is passed on, from the end. Default: all. */
  constructor(nonce: string, on: (word: Word, said: string) => void, keep: number | undefined) {
    this.#prefix = `${nonce} `;
    this.#passed = new Kept(keep);
    this.#on = on;
  }

  take(text: string): string {
    const all = this.#rest + text;
    const end = all.lastIndexOf('\n') + 1;
    // Of a line without an end only as much waits as a word of the bootstrap may take.
    const waits = Math.max(end, all.length - (all.length - end > LINE ? WORD : LINE));
    this.#rest = all.slice(waits);
    let out = all.slice(0, waits);
    for (let at = out.indexOf(this.#prefix); at >= 0; at = out.indexOf(this.#prefix)) {
      const stop = out.indexOf('\n', at) + 1;
      if (stop === 0) break;
      const [word = '', ...said] = out.slice(at + this.#prefix.length, stop - 1).split(' ');
      this.#on(word as Word, said.join(' ').trim());
      out = out.slice(0, at) + out.slice(stop);
    }
    this.#passed.add(out);
    return out;
  }

  end(): string {
    const rest = this.#rest;
    this.#rest = '';
    this.#passed.add(rest);
    return rest;
  }

  get passed(): string {
    return this.#passed.toString();
  }
}
