import type { AnyAuthMethod, Client } from 'ssh2';

type Handler = (protocol: unknown, methods: readonly string[], partial: boolean) => void;

/**
 * What a server has answered to what was offered (RFC 4252, 5.1). ssh2 1.17 does not give on what it says of a key of an agent
 * (client.js, USERAUTH_FAILURE), so that is heard where it comes in. Where ssh2 is another inside, what it tells itself is all.
 */
export class LoginAnswers {
  #takes: readonly string[] | undefined;
  #partly = false;
  #hears = false;

  /** What it would go on with. */
  get takes(): readonly string[] | undefined {
    return this.#takes;
  }

  /** Something of what was offered was right, and more is wanted that was not tried since. */
  get partly(): boolean {
    return this.#partly;
  }

  /** Before anything is offered. */
  hear(client: Client | undefined): void {
    const { _protocol: protocol } = (client ?? {}) as {
      _protocol?: { _handlers?: { USERAUTH_FAILURE?: Handler } };
    };
    const handlers = protocol?._handlers;
    const own = handlers?.USERAUTH_FAILURE;
    if (this.#hears || handlers === undefined || typeof own !== 'function') return;
    this.#hears = true;
    handlers.USERAUTH_FAILURE = (given, methods, partial) => {
      this.#note(methods, partial);
      own(given, methods, partial);
    };
  }

  /** What ssh2 tells by itself. */
  told(methods: readonly string[] | null | undefined, partial: boolean | null): void {
    if (!this.#hears && methods) this.#note(methods, partial === true);
  }

  /** Other keys after the right one change nothing; what is wanted beside it does. */
  trying(method: AnyAuthMethod | undefined): void {
    if (method?.type === 'password' || method?.type === 'keyboard-interactive') this.#partly = false;
  }

  #note(methods: readonly string[], partial: boolean): void {
    if (this.#partly && !partial) return;
    this.#takes = methods;
    this.#partly = partial;
  }
}
