import { inOneLine, itSaid, TransportError } from '../errors/index.ts';

/** Milliseconds in which the shell of a login begins what it is sent, sudo included. */
const PATIENCE = 30_000;

/** Gives a script up that a host takes and does not begin: a login shell that waits for somebody, or never comes to its end. */
export class FirstWords implements Disposable {
  readonly #late = new AbortController();
  readonly #mark: string;
  readonly #timer: NodeJS.Timeout;
  #said = '';
  #begun = false;

  /** `mark` is what the script prints first. */
  constructor(mark: string, patience = PATIENCE) {
    this.#mark = mark;
    this.#timer = setTimeout(() => this.#late.abort(notBegun(this.#said, patience)), patience);
  }

  get late(): AbortSignal {
    return this.#late.signal;
  }

  /** Output as it comes. */
  hear(text: string): void {
    if (this.#begun) return;
    this.#said = (this.#said + text).slice(-2000);
    this.#begun = this.#said.includes(this.#mark);
    if (this.#begun) clearTimeout(this.#timer);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

function notBegun(said: string, patience: number): TransportError {
  return new TransportError(
    'no-shell',
    `${itSaid(inOneLine(said))}, and after ${patience / 1000} s the shell of the login has not begun what it was sent`,
    {
      fix: [
        'Look what that shell does when it starts without a terminal (.bashrc, .profile, .ssh/rc of the login, /etc/profile): it must not wait for anybody, nor become another program.',
      ],
    },
  );
}
