import { setTimeout as sleep } from 'node:timers/promises';
import { TransportError } from '../errors/index.ts';
import { type Output, RUN_LOCK } from '../resource/index.ts';
import type { Script } from '../shell/index.ts';
import type { Transport } from '../transport/transport.ts';
import { BrokenAnswer } from './failures.ts';
import { FedLines } from './fed-lines.ts';
import { newNonce, partsOf, readFrame, UNWRITABLE } from './frame.ts';
import { BEAT, BUSY, HELD, holdFrame, INTERVAL, LOOK, TAKEN } from './hold-frame.ts';
import { LockUnwritable } from './lock-failures.ts';

/** What came of trying to take a host's lock. */
export type Taking =
  | { readonly kind: 'held' }
  /** Another run has it, for so many seconds. */
  | { readonly kind: 'taken'; readonly by: string; readonly seconds: number }
  /** No run has it, and a command that one has left still runs there. */
  | { readonly kind: 'busy'; readonly by: string };

export interface HoldOptions {
  readonly token: string;
  readonly holder: string;
  /** What is asked once all hosts are held. */
  readonly fragments: readonly Script[];
  readonly abort: AbortSignal;
  /** Milliseconds that the host may take to answer. */
  readonly patience: number;
}

/** Milliseconds that the host gets to give the lock up once it is told to. */
const FAREWELL = 2000;

/**
 * The lock of one host, held by a process there for as long as this one tells it to. It is an exec of its own, which also
 * brings the answers to what is asked first under the lock.
 */
export class Hold implements AsyncDisposable {
  readonly #nonce = newNonce();
  readonly #fragments: readonly Script[];
  readonly #patience: number;
  readonly #lines = new FedLines();
  readonly #running: Promise<unknown>;
  #beats: NodeJS.Timeout | undefined;
  #stdout = '';
  #stderr = '';
  #ended = false;
  #news: () => void = () => undefined;

  constructor(transport: Transport, { token, holder, fragments, abort, patience }: HoldOptions) {
    this.#fragments = fragments;
    this.#patience = patience;
    const script = holdFrame({ token, holder, fragments }, this.#nonce);
    this.#running = transport
      .run(script, {
        signal: abort,
        stdin: this.#lines,
        onOutput: (stream, text) => {
          if (stream === 'stdout') this.#stdout += text;
          else this.#stderr += text;
          if (this.#beats === undefined && this.#parts().has('lock')) this.#beat();
          this.#news();
        },
      })
      .finally(() => {
        this.#ended = true;
        this.#lines.end();
        clearInterval(this.#beats);
        this.#news();
      });
    this.#running.catch(() => undefined);
  }

  /** Whether the process on the host has ended, and the lock with it. */
  get ended(): boolean {
    return this.#ended;
  }

  /** @throws TransportError or BrokenAnswer where the host did not get so far. */
  async taken(): Promise<Taking> {
    await this.#until(() => this.#parts().has('lock'));
    const lock = this.#parts().get('lock');
    if (lock?.code === HELD) return { kind: 'held' };
    const text = lock?.text.trim() ?? '';
    if (lock?.code === BUSY) return { kind: 'busy', by: text };
    if (lock?.code === UNWRITABLE) {
      // The same mark ends its share of stderr, which may come later.
      const said = () => partsOf(this.#stderr, this.#nonce).get('lock');
      await this.#until(() => said() !== undefined);
      throw new LockUnwritable(RUN_LOCK, said()?.text ?? '');
    }
    if (lock?.code !== TAKEN)
      throw new BrokenAnswer('could not take the lock of the host', {
        code: lock?.code ?? 1,
        stderr: this.#stderr.replace(/^provision-.*$/gm, ''),
      });
    const [seconds = '', ...by] = text.split(' ');
    return { kind: 'taken', by: by.join(' '), seconds: Number(seconds) };
  }

  /** Asks what was sent along. Once. */
  async look(): Promise<readonly Output[]> {
    this.#lines.send(LOOK);
    const ends = (text: string) => partsOf(text, this.#nonce).has('looked');
    await this.#until(() => ends(this.#stdout) && ends(this.#stderr));
    const result = { code: 0, stdout: this.#stdout, stderr: this.#stderr };
    const { parts } = readFrame(result, this.#nonce, this.#fragments);
    if (!parts.every((part) => part !== undefined)) throw new BrokenAnswer('could not ask the host', result);
    return parts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beats);
    this.#lines.end();
    await Promise.race([this.#running.catch(() => undefined), sleep(FAREWELL, undefined, { ref: false })]);
  }

  /** Not before the script reads them: a shell reads ahead. */
  #beat(): void {
    if (this.#ended) return;
    this.#beats = setInterval(() => this.#lines.send(BEAT), INTERVAL * 1000);
    this.#beats.unref();
  }

  #parts() {
    return partsOf(this.#stdout, this.#nonce);
  }

  /** Waits for what the host says, or for its end. */
  async #until(holds: () => boolean): Promise<void> {
    const seconds = this.#patience / 1000;
    let late = false;
    using _ = timer(this.#patience, () => {
      late = true;
      this.#news();
    });
    while (!holds()) {
      if (late) throw new TransportError('timeout', `no answer within ${seconds} s`);
      if (this.#ended) {
        await this.#running;
        if (holds()) return;
        throw new BrokenAnswer('could not take the lock of the host', { code: 1, stderr: this.#stderr });
      }
      await new Promise<void>((resolve) => {
        this.#news = resolve;
      });
    }
  }
}

function timer(milliseconds: number, end: () => void): Disposable {
  const timeout = setTimeout(end, milliseconds);
  return { [Symbol.dispose]: () => clearTimeout(timeout) };
}
