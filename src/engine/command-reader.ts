import { KEPT, markIn } from './frame-reader.ts';

/** Reads what a command prints on one stream between the marks of its frame, line by line, as it comes. */
export class CommandReader {
  /** The exit code, once the command has ended. */
  code: number | undefined;
  /** Whether the script around the command has begun. What the login printed before is dropped. */
  began = false;
  readonly #mark: RegExp;
  readonly #line: (text: string) => void;
  #rest = '';
  /** An empty line, which may be the one that stands before each mark. */
  #empty = false;

  constructor(nonce: string, line: (text: string) => void) {
    this.#mark = markIn(nonce);
    this.#line = line;
  }

  add(text: string): void {
    const whole = (this.#rest + text).split('\n');
    this.#rest = whole.pop() ?? '';
    for (const line of whole) this.#take(line);
    if (this.#rest.length <= KEPT) return;
    // A line without an end is shown in pieces.
    this.#take(this.#rest);
    this.#rest = '';
  }

  #take(text: string): void {
    const [, name, code] = this.#mark.exec(text) ?? [];
    if (name === undefined) {
      this.#tell(text);
      return;
    }
    if (name === 'start') this.began = true;
    else this.code = Number(code);
    this.#empty = false;
  }

  #tell(text: string): void {
    if (!this.began || this.code !== undefined) return;
    if (this.#empty) this.#line('');
    this.#empty = text === '';
    if (!this.#empty) this.#line(text);
  }
}
