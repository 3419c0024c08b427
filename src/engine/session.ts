import { TransportError } from '../errors/index.ts';
import { LOCK, type Output, type Step, WARNING } from '../resource/index.ts';
import { lines, type Script } from '../shell/index.ts';
import type { ScriptOptions, Transport } from '../transport/transport.ts';
import type { Emit, Purpose } from './events.ts';
import { BrokenAnswer, StepFailed } from './failures.ts';
import { FirstWords } from './first-words.ts';
import { answerOf, applyFrame, newNonce, observeFrame, readFrame } from './frame.ts';
import { FrameReader, KEPT } from './frame-reader.ts';
import { heldOpen, whoHoldsOutput } from './held-open.ts';
import { Hold } from './hold.ts';
import { HostBusy, LockLost, LockUnwritable } from './lock-failures.ts';
import { noShell } from './no-shell.ts';
import { OWN_ENGINE } from './own-engine.ts';
import { type CommandOptions, runCommand } from './run-command.ts';
import { stepWarning } from './step-warning.ts';

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
  readonly #connectAgain: () => Promise<Transport>;
  #second: Promise<Transport> | undefined;
  #held: { readonly token: string; readonly hold: Hold } | undefined;
  #otherRun: string | undefined;
  #toldHeldOpen = false;

  constructor(
    host: string,
    transport: Transport,
    options: SessionOptions,
    connectAgain: () => Promise<Transport>,
  ) {
    this.host = host;
    this.#transport = transport;
    this.#options = options;
    this.#connectAgain = connectAgain;
  }

  /** Who holds the host for another run, as it was when it was last asked something. */
  get otherRun(): string | undefined {
    return this.#otherRun;
  }

  /** Takes the host's lock for a run. `fragments` are what is asked first once it is held. */
  hold(token: string, fragments: readonly Script[]): Hold {
    const { abort, holder, patience } = this.#options;
    const hold = new Hold(this.#transport, {
      token,
      holder,
      fragments,
      abort,
      patience: patience.question,
    });
    this.#held = { token, hold };
    return hold;
  }

  async ask(fragments: readonly Script[], purpose: Purpose): Promise<readonly Output[]> {
    const nonce = newNonce();
    const { abort, patience, emit } = this.#options;
    // At first contact it is not known yet whether the login has a shell that runs what is sent to it.
    using first = purpose === 'facts' ? new FirstWords(`${nonce} start `) : undefined;
    const result = await this.#timed(purpose, () =>
      this.#run(observeFrame(fragments, nonce), {
        signal: first === undefined ? abort : AbortSignal.any([abort, first.late]),
        timeout: patience.question,
        onOutput: (_stream, text) => first?.hear(text),
      }),
    );
    if (first !== undefined && result.heldOpen && !this.#toldHeldOpen) {
      this.#toldHeldOpen = true;
      const { stdout } = await this.#run(whoHoldsOutput, { signal: abort, timeout: patience.question });
      emit({ kind: 'finding', finding: heldOpen(this.host, stdout) });
    }
    const { parts, run, began } = readFrame(result, nonce, fragments);
    if (!began) throw noShell(result);
    this.#otherRun = run === undefined || run.token === this.#held?.token ? undefined : run.holder;
    if (!parts.every((part) => part !== undefined)) throw new BrokenAnswer('could not ask the host', result);
    return parts;
  }

  /**
   * What ends the machine may only be the last of the steps; that the connection is lost with it is no error.
   *
   * @throws StepFailed at the first command that fails; LockLost where the host is not held for this run, or no longer.
   */
  async change(steps: readonly PlannedStep[]): Promise<void> {
    if (this.#held === undefined || this.#held.hold.ended) throw new LockLost();
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
    const stdout = new FrameReader(nonce, {
      line: (index, line) => {
        const shown = steps[index]?.step.script.mask(line) ?? line;
        emit({ kind: 'step-output', host, line: shown });
        if (shown.startsWith(WARNING)) emit({ kind: 'finding', finding: stepWarning(host, shown) });
      },
      end: (index, code) => (code === 0 ? started(index + 1) : undefined),
    });
    const stderr = new FrameReader(nonce);
    const script = applyFrame(
      steps.map(({ step }) => step.script),
      nonce,
      holder,
      this.#held.token,
    );
    const running = this.#timed('apply', () =>
      this.#run(script, {
        signal: abort,
        timeout: patience.stage,
        onOutput: (stream, text) => (stream === 'stdout' ? stdout : stderr).add(text),
        keep: KEPT,
      }),
    );
    const ends = steps.at(-1)?.step.reboots !== undefined;
    const result = await running.catch((error: unknown) => {
      if (!ends || !(error instanceof TransportError) || !isBegun(stdout, steps.length - 1)) throw error;
      return undefined;
    });
    // Gone, as it was told to. Whoever began it waits for the next boot.
    if (result === undefined) return;
    const { parts, lockedBy, unwritable, lost } = answerOf(stdout.parts, stderr.parts, steps.length);
    if (unwritable !== undefined) throw new LockUnwritable(LOCK, unwritable);
    if (lockedBy !== undefined) throw new HostBusy(lockedBy);
    steps.forEach(({ step, ...at }, index) => {
      const part = parts[index];
      const isGone = ends && index === steps.length - 1 && !lost && isBegun(stdout, index);
      if (part === undefined && isGone) return;
      if (part === undefined)
        throw lost ? new LockLost() : new BrokenAnswer(step.title, masked(result, step.script));
      if (part.code !== 0) throw new StepFailed(at, step, masked(part, step.script));
    });
  }

  /** Runs a script for its output, which is shown as it comes, however long that takes. Gives its exit code. */
  async show(script: Script, write: (text: string) => void): Promise<number> {
    const { abort } = this.#options;
    const { code } = await this.#run(lines([OWN_ENGINE, script]), {
      signal: abort,
      onOutput: (_stream, text) => write(text),
    });
    return code;
  }

  /** Runs a person's command, and gives its exit code: see `runCommand`. */
  command(words: readonly string[], options: CommandOptions): Promise<number> {
    return runCommand((script, given = {}) => this.#run(script, given), words, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const second = await this.#second?.catch(() => undefined);
    await second?.[Symbol.asyncDispose]();
    await this.#transport[Symbol.asyncDispose]();
  }

  /** A host that allows one session on a connection (sshd_config(5), MaxSessions) gets another connection beside the lock's. */
  async #run(script: Script, options: ScriptOptions) {
    if (this.#second !== undefined) return (await this.#second).run(script, options);
    try {
      return await this.#transport.run(script, options);
    } catch (error) {
      if (this.#held === undefined || !(error instanceof TransportError) || error.failure !== 'no-session')
        throw error;
      this.#second = this.#connectAgain();
      return (await this.#second).run(script, options);
    }
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

/** Whether all before this step have ended well, so that it was begun. */
function isBegun({ parts }: FrameReader, index: number): boolean {
  return parts.get(index === 0 ? 'lock' : String(index - 1))?.code === 0;
}

function masked({ code, stdout, stderr }: Output, script: Script): Output {
  return { code, stdout: script.mask(stdout), stderr: script.mask(stderr) };
}
