import { quote } from '../../src/shell/index.ts';
import { type Answers, type Shown, typed } from '../terminal.ts';
import { trusting } from './harness.ts';

/**
 * Runs the product on a terminal of its own, and types the answer to each question, once, when it is seen; or sends it a signal then. All of
 * them have to be asked.
 */
export async function onTerminal(
  more: NodeJS.ProcessEnv,
  answers: Answers,
  ...args: readonly string[]
): Promise<Shown> {
  const command = ['node', 'bin/provision.js', ...args].map(quote).join(' ');
  const { unasked, ...shown } = await typed(command, answers, { ...trusting(), CI: '', ...more });
  if (unasked.length > 0) throw new Error(`never asked: ${unasked.join(', ')}\n${shown.shown}`);
  return shown;
}
