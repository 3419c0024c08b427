/** Characters of what a step prints that are kept, from its end: its last words are told, and the log has its beginning. */
export const KEPT = 65_536;
/** Lines of a step that are handed on as they come. */
const FOLLOWED = 5000;

/** The line by which a frame divides what it prints: a name, and a code. */
export const markIn = (nonce: string): RegExp => new RegExp(`^${nonce} (\\w+) (\\d+)$`);

/** Is told what each step prints, line by line, and how it ended. */
export interface Follower {
  line(index: number, text: string): void;
  end(index: number, code: number): void;
}

export interface Part {
  readonly code: number;
  readonly text: string;
}

/**
 * Reads a frame's output as it comes, however much that is: which part has ended, what each prints, line by line, and how each ended. A
 * part in which there is too much for a person is handed on up to `FOLLOWED` lines, and kept from its end, in whole lines.
 */
export class FrameReader {
  /** What stands before each mark, by its name. */
  readonly parts = new Map<string, Part>();
  readonly #mark: RegExp;
  readonly #on: Follower;
  #rest = '';
  /** Characters of a line that is too long to be kept. */
  #overlong = 0;
  #kept: string[] = [];
  #length = 0;
  #printed = 0;
  #current = -1;

  constructor(nonce: string, on: Follower = { line: () => undefined, end: () => undefined }) {
    this.#mark = markIn(nonce);
    this.#on = on;
  }

  add(text: string): void {
    const whole = (this.#rest + text).split('\n');
    const rest = whole.pop() ?? '';
    for (const line of whole) this.#line(line);
    this.#rest = rest.length > KEPT ? '' : rest;
    if (rest.length > KEPT) this.#overlong += rest.length;
  }

  #line(text: string): void {
    const line = this.#overlong === 0 ? text : `… a line of ${this.#overlong + text.length} characters`;
    this.#overlong = 0;
    const [, name, code] = this.#mark.exec(line) ?? [];
    if (name === undefined) this.#keep(line);
    else this.#end(name, Number(code));
  }

  #keep(line: string): void {
    this.#kept.push(line);
    this.#length += line.length + 1;
    while (this.#length > KEPT && this.#kept.length > 1)
      this.#length -= (this.#kept.shift() as string).length + 1;
    if (this.#current < 0 || line === '') return;
    this.#printed++;
    if (this.#printed <= FOLLOWED) this.#on.line(this.#current, line);
  }

  #end(name: string, code: number): void {
    if (this.#printed > FOLLOWED)
      this.#on.line(this.#current, `… and ${this.#printed - FOLLOWED} lines more`);
    this.parts.set(name, { code, text: this.#kept.join('\n') });
    this.#kept = [];
    this.#length = 0;
    this.#printed = 0;
    if (name === 'lock') this.#current = 0;
    else if (name !== 'start' && name !== 'lost') {
      this.#on.end(Number(name), code);
      this.#current = Number(name) + 1;
    }
  }
}
