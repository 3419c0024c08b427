import { randomBytes } from 'node:crypto';
import type { Output, Step } from '../resource/index.ts';
import type { Script } from '../shell/index.ts';
import type { Transport } from '../transport/transport.ts';
import type { Emit, Purpose } from './events.ts';
import { BrokenAnswer, LockHeld, StepFailed } from './failures.ts';
import { applyFrame, followFrame, observeFrame, readFrame } from './frame.ts';

export interface SessionOptions {
  readonly emit: Emit;
  /** Gives running scripts up at once. */
  readonly abort: AbortSignal;
  /** Milliseconds that a question, and that all commands of a stage, may take on a host. */
  readonly patience: { readonly question: number; readonly stage: number };
  /** Who we are, for others that find the lock taken. */
  readonly holder: string;
}

/** A step and the resource that asks for it. */
export interface PlannedStep {
  readonly resource: string;
  readonly origin: string | undefined;
  readonly step: Step;
}

/** A connected host: asks in one exec whatever the number of questions, changes in one exec a stage. */
export class Session implements AsyncDisposable {
  readonly host: string;
  readonly #transport: Transport;
  readonly #options: SessionOptions;

  constructor(host: string, transport: Transport, options: SessionOptions) {
    this.host = host;
    this.#transport = transport;
    this.#options = options;
  }

  async ask(fragments: readonly Script[], purpose: Purpose): Promise<readonly Output[]> {
    const nonce = newNonce();
    const { abort, patience } = this.#options;
    const result = await this.#timed(purpose, () =>
      this.#transport.run(observeFrame(fragments, nonce), { signal: abort, timeout: patience.question }),
    );
    const { parts } = readFrame(result, nonce, fragments.length);
    if (!parts.every((part) => part !== undefined)) throw new BrokenAnswer('could not ask the host', result);
    return parts;
  }

  /** @throws StepFailed at the first command that fails; LockHeld where another run changes this host. */
  async change(steps: readonly PlannedStep[]): Promise<void> {
    const nonce = newNonce();
    const { emit, abort, patience, holder } = this.#options;
    const host = this.host;
    const started = (index: number) => {
      const planned = steps[index];
      if (planned !== undefined)
        emit({
          kind: 'step-started',
          host,
          title: planned.step.title,
          command: planned.step.script.shown,
          number: index + 1,
          of: steps.length,
        });
    };
    started(0);
    const follow = followFrame(nonce, {
      line: (index, line) =>
        emit({ kind: 'step-output', host, line: steps[index]?.step.script.mask(line) ?? line }),
      end: (index, code) => (code === 0 ? started(index + 1) : undefined),
    });
    const script = applyFrame(
      steps.map(({ step }) => step.script),
      nonce,
      holder,
    );
    const result = await this.#timed('apply', () =>
      this.#transport.run(script, {
        signal: abort,
        timeout: patience.stage,
        onOutput: (stream, text) => (stream === 'stdout' ? follow(text) : undefined),
      }),
    );
    const { parts, lockedBy } = readFrame(result, nonce, steps.length);
    if (lockedBy !== undefined) throw new LockHeld(lockedBy);
    steps.forEach(({ step, ...at }, index) => {
      const part = parts[index];
      if (part === undefined) throw new BrokenAnswer(step.title, result);
      if (part.code !== 0) throw new StepFailed(at, step, masked(part, step.script));
    });
  }

  /** Runs a script for its output, which is shown as it comes, however long that takes. Gives its exit code. */
  async show(script: Script, write: (text: string) => void): Promise<number> {
    const { abort } = this.#options;
    const { code } = await this.#transport.run(script, {
      signal: abort,
      onOutput: (_stream, text) => write(text),
    });
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  async #timed<T>(purpose: Purpose, run: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await run();
    } finally {
      const milliseconds = Math.round(performance.now() - start);
      this.#options.emit({ kind: 'exec', host: this.host, purpose, milliseconds });
    }
  }
}

function masked({ code, stdout, stderr }: Output, script: Script): Output {
  return { code, stdout: script.mask(stdout), stderr: script.mask(stderr) };
}

/** Unguessable, so that no output can contain it. */
function newNonce(): string {
  return `provision-${randomBytes(12).toString('hex')}`;
}
