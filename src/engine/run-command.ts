import { Interrupted, ProvisionError } from '../errors/index.ts';
import { quote } from '../shell/index.ts';
import type { Transport } from '../transport/transport.ts';
import { commandFrame, END, GRACE } from './command-frame.ts';
import { shellMeant } from './command-hint.ts';
import { CommandReader } from './command-reader.ts';
import { BrokenAnswer } from './failures.ts';
import { FedLines } from './fed-lines.ts';
import { newNonce } from './frame.ts';
import { KEPT } from './frame-reader.ts';

/** Milliseconds that a host gets to end the command, once it is told to. */
const FAREWELL = 1000 * (GRACE + 3);

export interface CommandOptions {
  /** Ends the command on the host. */
  readonly abort: AbortSignal;
  /** Milliseconds after which it is ended on the host. */
  readonly patience: number;
  /** Is told each line as it comes. */
  readonly line: (stream: 'stdout' | 'stderr', text: string) => void;
}

/** The command ended with an exit code that is not 0. */
export class CommandFailed extends ProvisionError {
  readonly exitCode: number;

  constructor(words: readonly string[], exitCode: number) {
    const meant = shellMeant(words, exitCode);
    super(`the command ended with exit code ${exitCode}`, {
      code: 'command-failed',
      fix:
        meant === undefined
          ? []
          : [
              `no shell is between, and words are passed as they are; to let one read them: -- sh -c ${quote(meant)}`,
            ],
    });
    this.exitCode = exitCode;
  }
}

/** The command took longer than it may. */
export class CommandTimedOut extends ProvisionError {
  constructor(seconds: number, ended: boolean) {
    super(
      `the command did not end within ${seconds} s${ended ? ', and was ended' : ' nor when it was told to; it may still run there'}`,
      { code: 'command-timeout', fix: ['give it more time: --timeout SECONDS, before the --'] },
    );
  }
}

/**
 * Runs a person's command and gives its exit code. One that has to end before its time, or because the person says so, is ended on the
 * host, with all that it has started and that has stayed in its session.
 *
 * @throws CommandTimedOut; Interrupted; TransportError or BrokenAnswer where the host did not tell how it ended.
 */
export async function runCommand(
  run: Transport['run'],
  words: readonly string[],
  { abort, patience, line }: CommandOptions,
): Promise<number> {
  const nonce = newNonce();
  const [stdout, stderr] = (['stdout', 'stderr'] as const).map(
    (stream) => new CommandReader(nonce, (text) => line(stream, text)),
  ) as [CommandReader, CommandReader];
  const orders = new FedLines();
  const giveUp = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const later = (milliseconds: number, work: () => void) => void timers.push(setTimeout(work, milliseconds));
  let why: 'abort' | 'patience' | undefined;
  const tell = () => {
    // A shell reads ahead: nothing may come before its script has begun.
    if (why !== undefined && stdout.began) orders.send(END);
  };
  const end = (because: 'abort' | 'patience') => {
    if (why !== undefined) return;
    why = because;
    tell();
    later(FAREWELL, () => giveUp.abort());
  };
  const aborted = () => end('abort');
  abort.throwIfAborted();
  abort.addEventListener('abort', aborted);
  later(patience, () => end('patience'));
  try {
    const result = await run(commandFrame(words, nonce), {
      signal: giveUp.signal,
      stdin: orders,
      keep: KEPT,
      onOutput: (stream, text) => {
        const before = stdout.began;
        (stream === 'stdout' ? stdout : stderr).add(text);
        if (!before) tell();
        // Where sudo is between, something hands our lines on to the script as long as there may be more.
        if (stdout.code !== undefined) orders.end();
      },
    });
    if (why === 'patience') throw new CommandTimedOut(patience / 1000, true);
    if (why === 'abort') throw new Interrupted();
    if (stdout.code === undefined) throw new BrokenAnswer('the command cannot be told to have ended', result);
    return stdout.code;
  } catch (error) {
    if (!giveUp.signal.aborted) throw error;
    throw why === 'abort' ? new Interrupted() : new CommandTimedOut(patience / 1000, false);
  } finally {
    abort.removeEventListener('abort', aborted);
    timers.forEach(clearTimeout);
    orders.end();
  }
}
