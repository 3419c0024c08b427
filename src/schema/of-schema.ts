import type { SchemaMistake } from './check.ts';
import { below, type Shape, such } from './shape.ts';

const isSchema = (value: unknown) => typeof value === 'object' && value !== null && '_zod' in value;

const whole = such('a schema of zod, as in `z.strictObject({ … })`', isSchema);

/** A schema of zod, with schemas inside it. One that is made only when it is used (a getter, `z.lazy`) is not looked into. */
export const schema: Shape = { expected: whole.expected, mistakes: (value) => mistakesIn(value, new Set()) };

/** The same, of an object. */
export const objectSchema: Shape = {
  expected: 'a schema of an object, as in `z.strictObject({ … })`',
  mistakes(value) {
    const found = schema.mistakes(value);
    return found.length > 0 ? found : ofObject.mistakes(value);
  },
};

const ofObject = such(
  objectSchema.expected,
  (value) => (value as { readonly _zod: { readonly def: Definition } })._zod.def.type === 'object',
);

/** What a schema is made of (zod/v4/core: `$ZodTypeDef` and those that extend it). */
type Definition = Readonly<Record<string, unknown>>;

const PARTS = [
  'element',
  'innerType',
  'keyType',
  'valueType',
  'in',
  'out',
  'left',
  'right',
  'rest',
  'catchall',
];
const LISTS = ['options', 'items'];

function mistakesIn(value: unknown, seen: Set<unknown>): readonly SchemaMistake[] {
  if (!isSchema(value)) return whole.mistakes(value);
  if (seen.has(value)) return [];
  seen.add(value);
  const { def } = (value as { readonly _zod: { readonly def: Definition } })._zod;
  const inside = (part: unknown) => mistakesIn(part, seen);
  return [
    ...membersOf(def.shape).flatMap(([key, member]) => below(key, inside(member))),
    ...PARTS.flatMap((part) => (def[part] == null ? [] : inside(def[part]))),
    ...LISTS.flatMap((list) => (Array.isArray(def[list]) ? def[list].flatMap(inside) : [])),
  ];
}

/** Without those that a getter gives. */
function membersOf(shape: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(Object.getOwnPropertyDescriptors(shape ?? {})).flatMap(([key, { get, value }]) =>
    get === undefined ? [[key, value] as const] : [],
  );
}
