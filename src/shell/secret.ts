import { inspect } from 'node:util';

/** Whether a variable's name tells that its value had better not be seen. That of a file tells no secret. */
export function looksSecret(name: string): boolean {
  return /PASSW|_PW$|SECRET|TOKEN|_KEY$/.test(name) && !name.endsWith('_FILE');
}

/** What is shown wherever a secret would be. */
export const MASK = '***';

/**
 * A value that must never be seen. Every printed form is the mask; only `reveal` gives the clear text, and only
 * what writes to a transport calls it.
 */
export class Secret {
  readonly #clear: string;

  constructor(clear: string) {
    // Not a word of what it is: it may be secret.
    if (typeof clear !== 'string') throw new TypeError('a Secret is made of a text');
    this.#clear = clear;
  }

  reveal(): string {
    return this.#clear;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
