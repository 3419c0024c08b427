import { createInterface } from 'node:readline/promises';
import { Interrupted } from '../errors/index.ts';

/** Asks once, on the terminal. No answer is no. @throws Interrupted at Ctrl-C, and where `stop` says to end. */
export async function consent(question: string, stop: AbortSignal): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
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
    process.stderr.write('\n');
    if (interrupt.signal.reason instanceof Interrupted) throw interrupt.signal.reason;
    if (interrupt.signal.aborted) return false;
    throw error;
  } finally {
    stop.removeEventListener('abort', stopped);
    prompt.close();
  }
}
