import type { ZodType } from 'zod';
import { ProvisionError } from '../errors/index.ts';
import { check, mistakesText } from '../schema/index.ts';
import { originOf } from './origin.ts';

/**
 * Checks what a playbook wants of a kind.
 *
 * @throws ProvisionError with exit code 3 and all mistakes, each with its place and the key that was perhaps meant, and where it was `made`.
 */
export function wantOf<T>(kind: string, schema: ZodType<T>, input: unknown, made: Error): T {
  const checked = check(schema, input);
  if ('data' in checked) return checked.data;
  const origin = originOf(made.stack ?? '');
  const where = origin === undefined ? '' : `${origin}: `;
  throw new ProvisionError(`${where}${kind}: ${mistakesText(checked.mistakes)}`, {
    code: 'playbook',
    exit: 3,
  });
}
