import type { ZodType } from 'zod';
import { ProvisionError } from '../errors/index.ts';
import { check, mistakesText } from '../schema/index.ts';
import { atOrigin, originOf } from './origin.ts';
import { runPlaybookCode } from './playbook-code.ts';

/**
 * Checks what a playbook wants of a kind.
 *
 * @param made where it is wanted; `at`: where the kind is defined, if that is not in our own code.
 * @throws ProvisionError with exit code 3 and all mistakes, each with its place and the key that was perhaps meant, and where it was `made`.
 */
export function wantOf<T>(
  kind: string,
  schema: ZodType<T>,
  input: unknown,
  { made, at }: { readonly made: Error; readonly at: string | undefined },
): T {
  const checked = runPlaybookCode(`${kind}: want`, () => check(schema, input), at);
  if ('data' in checked) return checked.data;
  const origin = originOf(made.stack ?? '');
  throw new ProvisionError(`${atOrigin(origin)}${kind}: ${mistakesText(checked.mistakes)}`, {
    code: 'playbook',
  });
}
