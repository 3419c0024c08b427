import { z } from 'zod';
import { NAME } from './core.ts';
import { isTree } from './layers.ts';

/** What a value must be like where it is used, and the words for it: a value itself is not shown. */
export interface SecretForm {
  readonly pattern: RegExp;
  readonly expected: string;
}

/** A secret as a section names it. Its value is under `secrets:`, and only a playbook's stages come to it. */
export class SecretName {
  readonly name: string;
  readonly form: SecretForm | undefined;

  constructor(name: string, form?: SecretForm) {
    this.name = name;
    this.form = form;
  }
}

/** In a section's schema: the name of a secret of this inventory. */
export const secretName = (form?: SecretForm) =>
  z
    .string()
    .regex(NAME, 'expected the name of a secret of `secrets:`')
    .transform((name) => new SecretName(name, form));

/** All secrets that a parsed section names, and where. */
export function secretNamesIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): readonly { readonly secret: SecretName; readonly path: readonly (string | number)[] }[] {
  if (value instanceof SecretName) return [{ secret: value, path }];
  if (Array.isArray(value)) return value.flatMap((item, index) => secretNamesIn(item, [...path, index]));
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => secretNamesIn(item, [...path, key]));
}
