import { createInterface } from 'node:readline/promises';
import { Interrupted, ProvisionError } from '../errors/index.ts';
import { openTerminal } from './terminal.ts';

/**
 * Asks once, on the terminal. No answer is no. @throws Interrupted at Ctrl-C, and where `stop` says to end; ProvisionError where
 * nobody can be asked.
 */
export async function consent(question: string, stop: AbortSignal): Promise<boolean> {
  using terminal = openTerminal();
  if (terminal === undefined) throw nobody(question);
  const { shown } = terminal;
  const prompt = createInterface({ input: process.stdin, output: shown });
  const interrupt = new AbortController();
  prompt.on('SIGINT', () => interrupt.abort(new Interrupted()));
  prompt.on('close', () => interrupt.abort());
  const stopped = () => interrupt.abort(new Interrupted());
  if (stop.aborted) stopped();
  stop.addEventListener('abort', stopped, { once: true });
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal: interrupt.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    shown.write('\n');
    if (interrupt.signal.reason instanceof Interrupted) throw interrupt.signal.reason;
    if (interrupt.signal.aborted) return false;
    throw error;
  } finally {
    stop.removeEventListener('abort', stopped);
    prompt.close();
  }
}

function nobody(question: string): ProvisionError {
  return new ProvisionError(
    `"${question}" has to be asked, and there is no terminal to ask it on; nothing was changed`,
    { code: 'no-consent', fix: ['say that you mean it: --yes'] },
  );
}
