import { Interrupted, ProvisionError } from '../errors/index.ts';
import { below, inWords, isPromise, type Shape } from '../schema/index.ts';
import { atOrigin, originOf } from './origin.ts';
import { ProbeError } from './probe.ts';
import { Refusal } from './refusal.ts';

/**
 * Runs code of a playbook, or of a kind. What it throws by mistake is told as `what`, with its file and line.
 *
 * @param at where it was defined, if that is not in our own code: told where what is thrown does not say where it comes from.
 * @throws ProvisionError with exit code 3. What no code outside of ours has a part in is thrown as it is: that is our own bug.
 */
export function runPlaybookCode<T>(what: string, code: () => T, at?: string): T {
  try {
    return code();
  } catch (error) {
    throw playbookError(what, error, at);
  }
}

function playbookError(what: string, error: unknown, at: string | undefined): unknown {
  if (error instanceof ProvisionError || error instanceof Interrupted) return error;
  if (error instanceof Refusal || error instanceof ProbeError) return error;
  const [reason, stack] = error instanceof Error ? [error.message, error.stack] : [String(error), undefined];
  const origin = originOf(stack ?? '') ?? at;
  if (error instanceof Error && origin === undefined) return error;
  return new ProvisionError(`${what}: ${atOrigin(origin)}${reason}`, {
    code: 'playbook',
    cause: error,
  });
}

/** Code of a playbook or of a kind has given what nobody can use. */
export class WrongAnswer extends ProvisionError {
  constructor(message: string) {
    super(message, { code: 'playbook' });
  }
}

/** A function of a playbook, or of a kind. */
export interface Asked {
  readonly what: string;
  /** What it is called there. */
  readonly name: string;
  /** Where it was defined, if that is not in our own code. */
  readonly at: string | undefined;
}

/**
 * Runs a function of a playbook, or of a kind, and checks what it gives.
 *
 * @throws what `runPlaybookCode` does; WrongAnswer with all mistakes, each on its line. An Error where the function is our own: that is
 * our own bug.
 */
export function askPlaybookCode<T>(asked: Asked, shape: Shape, code: () => T): T {
  const { what, name, at } = asked;
  const answer = runPlaybookCode(what, code, at);
  const mistakes = shape.mistakes(answer);
  if (mistakes.length === 0) return answer;
  // Nobody waits for it: without this, what it fails with later would end the process.
  if (isPromise(answer)) answer.then(undefined, () => undefined);
  throw wrong(
    below(name, mistakes).map((mistake) => `${what}: ${atOrigin(at)}${inWords(mistake)}`),
    at,
  );
}

/**
 * Checks a definition of a playbook or of a kind.
 *
 * @throws WrongAnswer, or an Error, as `askPlaybookCode` does.
 */
export function checkDefinition(
  what: string,
  definition: unknown,
  shape: Shape,
  at: string | undefined,
): void {
  const mistakes = shape.mistakes(definition);
  if (mistakes.length === 0) return;
  throw wrong(
    mistakes.map((mistake) => `${atOrigin(at)}${what}: ${inWords(mistake)}`),
    at,
  );
}

const wrong = (lines: readonly string[], at: string | undefined): Error =>
  at === undefined ? new Error(lines.join('\n')) : new WrongAnswer(lines.join('\n'));
