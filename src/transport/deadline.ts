import { TransportError } from '../errors/index.ts';

/** Rejects when a script is to be given up: at its time limit, or when its signal says so. */
export class Deadline implements Disposable {
  readonly reached: Promise<never>;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #aborted: () => void;

  constructor(
    limits: { signal?: AbortSignal | undefined; timeout?: number | undefined },
    giveUp: () => void,
  ) {
    const { signal, timeout } = limits;
    let reject: (reason: unknown) => void = () => undefined;
    this.reached = new Promise((_, rejected) => {
      reject = rejected;
    });
    this.reached.catch(() => undefined);
    const end = (reason: unknown) => {
      reject(reason);
      giveUp();
    };
    this.#signal = signal;
    this.#aborted = () => end(signal?.reason);
    signal?.addEventListener('abort', this.#aborted);
    if (timeout !== undefined)
      this.#timer = setTimeout(
        () => end(new TransportError('timeout', `no end within ${Math.round(timeout / 100) / 10} s`)),
        timeout,
      );
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#aborted);
  }
}
