import { Interrupted, ProvisionError } from '../errors/index.ts';
import { originOf } from './origin.ts';
import { ProbeError } from './probe.ts';
import { Refusal } from './refusal.ts';

/**
 * Runs code of a playbook, or of a kind. What it throws by mistake is told as `what`, with its file and line.
 *
 * @throws ProvisionError with exit code 3. What no code outside of ours has a part in is thrown as it is: that is our own bug.
 */
export function runPlaybookCode<T>(what: string, code: () => T): T {
  try {
    return code();
  } catch (error) {
    throw playbookError(what, error);
  }
}

function playbookError(what: string, error: unknown): unknown {
  if (error instanceof ProvisionError || error instanceof Interrupted) return error;
  if (error instanceof Refusal || error instanceof ProbeError) return error;
  const [reason, stack] = error instanceof Error ? [error.message, error.stack] : [String(error), undefined];
  const origin = originOf(stack ?? '');
  if (error instanceof Error && origin === undefined) return error;
  const where = origin === undefined ? '' : `${origin}: `;
  return new ProvisionError(`${what}: ${where}${reason}`, { code: 'playbook', exit: 3, cause: error });
}
