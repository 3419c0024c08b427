import { z } from 'zod';
import { code, valueCode } from './markdown.ts';

type Def = z.core.$ZodTypes['_zod']['def'];
const defOf = (schema: z.core.$ZodType): Def => (schema as z.core.$ZodTypes)._zod.def;

/** What wraps a schema without being one of its own: whether it must be said, and what holds where it is not. */
export interface Unwrapped {
  readonly inner: z.core.$ZodType;
  readonly required: boolean;
  readonly default: unknown;
  /** What editors show of it; the outermost word counts. */
  readonly meta: Readonly<Record<string, unknown>>;
}

export function unwrap(schema: z.core.$ZodType): Unwrapped {
  const def = defOf(schema);
  const own = z.globalRegistry.get(schema) ?? {};
  const over = (inner: Unwrapped, more: Partial<Unwrapped> = {}): Unwrapped => ({
    ...inner,
    ...more,
    meta: { ...inner.meta, ...own },
  });
  switch (def.type) {
    case 'optional':
      return over(unwrap(def.innerType), { required: false });
    case 'default':
    case 'prefault':
      return over(unwrap(def.innerType), { required: false, default: def.defaultValue });
    case 'readonly':
      return over(unwrap(def.innerType));
    case 'pipe':
      return over(unwrap(def.in));
    default:
      return { inner: schema, required: true, default: own.default, meta: own };
  }
}

/** Texts that most schemas have a word against. */
const WRONG = ['\0', '', '\n', 'a\nb'];

/** What a person is told that was expected, who has written something wrong: the schema's own words. */
function told(schema: z.core.$ZodType): string | undefined {
  for (const wrong of WRONG) {
    const { error } = z.core.safeParse(schema, wrong);
    for (const { message } of error?.issues ?? []) {
      const [, expected] = /^expected (.+)$/.exec(message) ?? [];
      if (expected !== undefined) return expected;
    }
  }
  return undefined;
}

const FORMATS: Readonly<Record<string, string>> = {
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  cidrv4: 'a range of IPv4 addresses',
  cidrv6: 'a range of IPv6 addresses',
  uri: 'a URL',
  uuid: 'a UUID',
};

const CLASSES: Readonly<Record<string, string>> = {
  Script: 'a script (`` sh`…` ``)',
  Secret: 'a `Secret`',
  RegExp: 'a regular expression',
};

/** The type of a value in words: `a whole number from 1 to 65535`. */
export function typeWords(schema: z.core.$ZodType): string {
  const { inner } = unwrap(schema);
  const def = defOf(inner);
  switch (def.type) {
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'number':
      return numberWords(inner);
    case 'string':
      return textWords(inner, schema);
    case 'enum':
      return oneOf(Object.values(def.entries));
    case 'literal':
      return oneOf(def.values);
    case 'array':
      return `a list; each item is ${typeWords(def.element)}`;
    case 'record':
      return `a map${nameWords(def.keyType)}${mapped(def.valueType)}`;
    case 'object':
      return 'a map';
    case 'nullable':
      return `${typeWords(def.innerType)}, or null`;
    case 'union':
      return unionWords(inner, def.options);
    case 'lazy':
      return 'any value of JSON';
    case 'custom':
      return CLASSES[(inner._zod.bag as { Class?: { name?: string } }).Class?.name ?? ''] ?? 'a reference';
    default:
      throw new Error(`no words for a schema of type ${def.type}`);
  }
}

/** The names in a map, where not any text will do. */
function nameWords(key: z.core.$ZodType): string {
  const words = typeWords(key);
  return words === 'a text' ? '' : `; each name is ${words}`;
}

/** The values of a map. Those that are maps are told by their own keys. */
function mapped(value: z.core.$ZodType): string {
  const words = typeWords(value);
  return words === 'a map' ? '' : `; each value is ${words}`;
}

function oneOf(values: readonly unknown[]): string {
  const all = values.map((value) => valueCode(value));
  return all.length === 1 ? `${all[0]}` : `one of ${all.join(', ')}`;
}

/** Of a schema without others in it, what editors get. */
const leaf = (schema: z.core.$ZodType) =>
  z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' }) as {
    readonly type?: string;
    readonly format?: string;
    readonly pattern?: string;
    readonly minimum?: number;
    readonly maximum?: number;
    readonly exclusiveMinimum?: number;
  };

function numberWords(schema: z.core.$ZodType): string {
  const { type, minimum, maximum, exclusiveMinimum: above } = leaf(schema);
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  const isBound = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (isBound(minimum) && isBound(maximum)) return `${kind} from ${minimum} to ${maximum}`;
  if (isBound(above)) return `${kind} above ${above}`;
  if (isBound(minimum)) return `${kind}, ${minimum} or more`;
  return isBound(maximum) ? `${kind}, ${maximum} or less` : kind;
}

/** `outer`: with what is done to the text, and is looked at afterwards. */
function textWords(schema: z.core.$ZodType, outer: z.core.$ZodType): string {
  const { format, pattern } = leaf(schema);
  const words = told(schema) ?? told(outer) ?? FORMATS[format ?? ''];
  if (words !== undefined) return words.startsWith('`') ? `a text, as in ${words}` : words;
  return pattern === undefined || pattern.length > 40 ? 'a text' : `a text that matches ${code(pattern)}`;
}

function unionWords(schema: z.core.$ZodType, options: readonly z.core.$ZodType[]): string {
  const own = (defOf(schema) as { readonly error?: unknown }).error === undefined ? undefined : told(schema);
  return own?.replaceAll(/\{[^}]*\}/g, code) ?? [...new Set(options.map(typeWords))].join(', or ');
}
