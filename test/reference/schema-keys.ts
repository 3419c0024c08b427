import type { z } from 'zod';
import { typeWords, unwrap } from './schema-words.ts';

/** A key that a schema has a place for, as the page tells it. */
export interface Key {
  /** From the top of its schema: `networks.NAME.subnet`. */
  readonly path: string;
  readonly schema: z.core.$ZodType;
  readonly meaning: string | undefined;
  readonly type: string;
  readonly required: boolean;
  readonly default: unknown;
  readonly examples: readonly unknown[];
  /** Where it has one value alone, that tells the form of its map. */
  readonly fixed: string | undefined;
  /** Of the forms of its map that have it, what tells each: `kind: nfs`. Empty where all have it. */
  readonly forms: readonly string[];
}

/** All keys below a schema, in its own order. */
export function keysOf(schema: z.core.$ZodType, path = ''): readonly Key[] {
  const { inner } = unwrap(schema);
  const { def } = (inner as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).flatMap(([name, field]) => keyAndBelow(field, joined(path, name)));
    case 'record':
      return keysOf(def.valueType, joined(path, 'NAME'));
    case 'array':
      return keysOf(def.element, `${path}[]`);
    case 'nullable':
      return keysOf(def.innerType, path);
    case 'union':
      return merged(def.options.flatMap((option) => inForm(option, keysOf(option, path), path)));
    default:
      return [];
  }
}

const joined = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

function keyAndBelow(schema: z.core.$ZodType, path: string): readonly Key[] {
  const { required, meta, default: byDefault } = unwrap(schema);
  const key: Key = {
    path,
    schema,
    meaning: meta.description as string | undefined,
    type: typeWords(schema),
    required,
    default: meta.default ?? byDefault,
    examples: (meta.examples as readonly unknown[] | undefined) ?? [],
    fixed: undefined,
    forms: [],
  };
  return [key, ...keysOf(schema, path)];
}

/** The keys of one form of a map, each with what tells that form from the others, where one of its keys has a fixed value. */
function inForm(option: z.core.$ZodType, keys: readonly Key[], path: string): readonly Key[] {
  const { def } = (option as z.core.$ZodTypes)._zod;
  if (def.type !== 'object') return keys;
  const fixed = Object.entries(def.shape).find(([, field]) => defOf(field).type === 'literal');
  if (fixed === undefined) return keys;
  const [name, literal] = fixed;
  const value = String((defOf(literal) as z.core.$ZodLiteralDef<string>).values[0]);
  return keys.map((key) =>
    key.path === joined(path, name) ? { ...key, fixed: value } : { ...key, forms: [`${name}: ${value}`] },
  );
}

const defOf = (schema: z.core.$ZodType) => (schema as z.core.$ZodTypes)._zod.def;

/** A key that several forms have in the same way is one. */
function merged(keys: readonly Key[]): readonly Key[] {
  const found = new Map<string, Key>();
  for (const key of keys) {
    const id = [key.path, key.meaning, key.type].join('\n');
    const same = found.get(id);
    found.set(id, same === undefined ? key : { ...same, forms: [...same.forms, ...key.forms] });
  }
  return [...found.values()];
}

/** Keys without those of maps that are as another, which was told before; each such map with the name of that. */
export function withoutRepeats(keys: readonly Key[]): readonly (Key & { readonly as?: string })[] {
  const seen = new Map<string, string>();
  const repeated: string[] = [];
  return keys.flatMap((key) => {
    if (repeated.some((path) => key.path.startsWith(path))) return [];
    const below = keys.filter(({ path }) => path.startsWith(`${key.path}.`));
    if (below.length < 2) return [key];
    const shape = JSON.stringify(
      below.map(({ path, meaning, type, required, forms }) => [
        path.slice(key.path.length),
        meaning,
        type,
        required,
        forms,
      ]),
    );
    const as = seen.get(shape);
    if (as === undefined) {
      seen.set(shape, key.path);
      return [key];
    }
    repeated.push(`${key.path}.`);
    return [{ ...key, as }];
  });
}
