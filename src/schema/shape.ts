import { didYouMean, nearest } from '../errors/index.ts';
import { type Path, type SchemaMistake, unknownKey } from './check.ts';

/** What a value is to be that somebody's code gives: a definition, or the answer of a function. */
export interface Shape {
  /** In words, after "expected". */
  readonly expected: string;
  /** All mistakes, each with its place in the value. None: it has this shape. */
  mistakes(value: unknown): readonly SchemaMistake[];
}

/** A value that passes a test as a whole. */
export function such(expected: string, test: (value: unknown) => boolean): Shape {
  return {
    expected,
    mistakes: (value) => (test(value) ? [] : [{ path: [], message: wrong(expected, value) }]),
  };
}

export const text = such('a text', (value) => typeof value === 'string');
export const words = such(
  'a text that is not empty',
  (value) => typeof value === 'string' && value.trim() !== '',
);
export const truth = such('true or false', (value) => typeof value === 'boolean');
export const seconds = such('a number of seconds', (value) => Number.isFinite(value) && Number(value) >= 0);
export const func = such('a function', (value) => kindOf(value) === 'a function');
/** A function that gives several things: a list of them, or one after the other. */
export const lister = such('a function', (value) => ['a function', 'a generator'].includes(kindOf(value)));
/** Anything but what is still to come. */
export const atOnce = such('a value', (value) => !isPromise(value));

export function oneOf(...known: readonly string[]): Shape {
  return nameOf(`one of ${known.map((word) => `\`${word}\``).join(', ')}`, known);
}

/** A name of something that is there. */
export function nameOf(expected: string, known: readonly string[]): Shape {
  return {
    expected,
    mistakes(value) {
      if (known.includes(value as string)) return [];
      const message =
        typeof value === 'string'
          ? `${wrong(expected, value, `\`${value}\``)}${didYouMean(value, known) ?? ''}`
          : wrong(expected, value);
      return [{ path: [], message }];
    },
  };
}

export function optional(shape: Shape): Shape & { readonly optional: true } {
  const mistakes: Shape['mistakes'] = (value) => (value === undefined ? [] : shape.mistakes(value));
  return { expected: shape.expected, mistakes, optional: true };
}

export function listOf(what: string, each: Shape): Shape {
  const expected = `a list of ${what}`;
  return {
    expected,
    mistakes(value) {
      if (!Array.isArray(value)) {
        const isOne = value !== undefined && each.mistakes(value).length === 0;
        return [
          { path: [], message: `${wrong(expected, value)}${isOne ? '; write `[` and `]` around it' : ''}` },
        ];
      }
      // Not `flatMap`, which leaves out what a list has no value for.
      return Array.from(value, (item) => inList(item, each.mistakes(item))).flatMap((found, index) =>
        below(index, found),
      );
    },
  };
}

/** An object with these keys and no others. */
export function object(
  expected: string,
  shapes: Readonly<Record<string, Shape | ReturnType<typeof optional>>>,
): Shape {
  const known = Object.keys(shapes);
  return {
    expected,
    mistakes(value) {
      if (!isObject(value) || isOther(value, known)) return [{ path: [], message: wrong(expected, value) }];
      const strangers = Object.keys(value).filter((key) => !known.includes(key));
      // What is lacking may be what was misspelt.
      const meant = new Set(strangers.map((key) => nearest(key, known)));
      return [
        ...strangers.map((key) => ({ path: [key], message: unknownKey(key, known) })),
        ...Object.entries(shapes).flatMap(([key, shape]) => {
          const item = value[key];
          if (item !== undefined) return below(key, shape.mistakes(item));
          if ('optional' in shape || meant.has(key)) return [];
          const lacks = key in value ? 'is undefined' : 'missing';
          return [{ path: [key], message: `${lacks}; expected ${shape.expected}` }];
        }),
      ];
    },
  };
}

/** An object with these keys, and whatever else is in it. */
export function objectWithMore(expected: string, shapes: Readonly<Record<string, Shape>>): Shape {
  const told = object(expected, shapes);
  const known = (value: object) => {
    const missing = Object.keys(shapes).filter((key) => !(key in value));
    // A key more may be one that is misspelt.
    const isTold = (key: string) => key in shapes || nearest(key, missing) !== undefined;
    return Object.fromEntries(Object.entries(value).filter(([key]) => isTold(key)));
  };
  return { expected, mistakes: (value) => told.mistakes(isObject(value) ? known(value) : value) };
}

/** An object with any keys. */
export function mapOf(expected: string, each: Shape): Shape {
  return {
    expected,
    mistakes: (value) =>
      isObject(value)
        ? Object.entries(value).flatMap(([key, item]) => below(key, each.mistakes(item)))
        : [{ path: [], message: wrong(expected, value) }],
  };
}

/** One of several shapes, by what tells them apart. */
export function either(expected: string, shapeFor: (value: unknown) => Shape | undefined): Shape {
  return {
    expected,
    mistakes: (value) => shapeFor(value)?.mistakes(value) ?? [{ path: [], message: wrong(expected, value) }],
  };
}

/** A shape, and what else has to be so once it is right. */
export function where(shape: Shape, further: (value: never) => readonly SchemaMistake[]): Shape {
  return {
    expected: shape.expected,
    mistakes(value) {
      const found = shape.mistakes(value);
      return found.length > 0 ? found : further(value as never);
    },
  };
}

/** A mistake and its place, as code names it: `stages[0].rolling: …`. */
export function inWords({ path, message }: SchemaMistake): string {
  const place = path.reduce<string>(
    (before, key) =>
      typeof key === 'number'
        ? `${before}[${key}]`
        : before === ''
          ? String(key)
          : `${before}.${String(key)}`,
    '',
  );
  return place === '' ? message : `${place}: ${message}`;
}

export function below(key: PropertyKey, found: readonly SchemaMistake[]): readonly SchemaMistake[] {
  return found.map(({ path, message }): SchemaMistake => ({ path: [key, ...path] satisfies Path, message }));
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isPromise(value);
}

/** Whether it is of a class that has none of these: a Script, a Map. */
function isOther(value: object, known: readonly string[]): boolean {
  return kindOf(value) !== 'an object' && !known.some((key) => key in value);
}

function wrong(expected: string, value: unknown, kind = kindOf(value)): string {
  return `expected ${expected}, got ${kind}${remedy(expected, value)}`;
}

/** What a value is, for people. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing (undefined)';
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text';
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : String(value);
  if (typeof value === 'function') return kindOfFunction(value as () => unknown);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (isPromise(value)) return 'a Promise';
  if ('_zod' in value) return 'a schema';
  const made = value.constructor;
  return made === Object || typeof made !== 'function' || made.name === '' ? 'an object' : `a ${made.name}`;
}

function kindOfFunction(value: (...args: never) => unknown): string {
  const { name } = value.constructor;
  if (name.startsWith('Async')) return 'an async function';
  if (name !== 'Function') return 'a generator';
  return /^class\b/.test(Function.prototype.toString.call(value)) ? 'a class' : 'a function';
}

function remedy(expected: string, value: unknown): string {
  const kind = kindOf(value);
  if (kind === 'a Promise' || kind === 'an async function')
    return '; provision does not wait for it: return the value itself, without `async`';
  if (kind === 'a function') return '; call it, by `(…)` after its name';
  return kind === 'nothing (undefined)' && expected.startsWith('a list') ? '; is a `return` missing?' : '';
}

/** What a person does with an item that is none. */
function inList(item: unknown, found: readonly SchemaMistake[]): readonly SchemaMistake[] {
  const advice = Array.isArray(item)
    ? '; write `...` before it'
    : item === undefined || item === null || item === false
      ? '; if it is optional, write `...(condition ? [it] : [])`'
      : '';
  return found.map(({ path, message }) =>
    path.length === 0 ? { path, message: message + advice } : { path, message },
  );
}
