import { z } from 'zod';
import { didYouMean, nearest } from '../errors/index.ts';
import { wordsOf } from './words.ts';

/** Where something is in a value: keys, and places in lists. */
export type Path = readonly PropertyKey[];

/** A mistake at a path of the value that was checked. */
export interface SchemaMistake {
  readonly path: Path;
  readonly message: string;
}

/**
 * Checks a value. Each unknown key is a mistake at its own place, with the key that was perhaps meant.
 *
 * @throws what a check or a transformation of the schema throws.
 */
export function check<T>(
  schema: z.ZodType<T>,
  value: unknown,
): { readonly data: T } | { readonly mistakes: readonly SchemaMistake[] } {
  const parsed = parse(schema, value);
  return parsed.success ? { data: parsed.data } : { mistakes: mistakes(schema, parsed.error.issues) };
}

/** As `safeParse`, in one go, and in our words. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  try {
    return schema.safeParse(value, { reportInput: true, error: wordsOf });
  } catch (error) {
    if (error instanceof z.core.$ZodAsyncError)
      throw new TypeError(
        'the schema has an async check or transform; provision does not wait for it: make it synchronous',
      );
    throw error;
  }
}

/** All mistakes, each at its place, in one line. */
export const mistakesText = (found: readonly SchemaMistake[]): string =>
  found
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');

/** Reads what is not written by a person. @throws Error with all mistakes. */
export function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const checked = check(schema, value);
  if ('data' in checked) return checked.data;
  throw new Error(mistakesText(checked.mistakes));
}

function mistakes(schema: z.ZodType, all: readonly z.core.$ZodIssue[]): readonly SchemaMistake[] {
  // What a map lacks as a whole may be what was misspelt in it.
  const misspelt = new Set(
    all.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')),
  );
  const meant = new Set(all.flatMap((issue) => meantBy(issue, schema)));
  const issues = all.filter(
    ({ code, path, input }) =>
      (code !== 'custom' || !misspelt.has(path.join('.'))) &&
      (input !== undefined || !meant.has(path.join('.'))),
  );
  return issues.flatMap((issue): readonly SchemaMistake[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        message: unknownKey(key, keysAt(schema, issue.path)),
      }));
    // What is wrong with a key of a record stands inside.
    if (issue.code === 'invalid_key') {
      const [inner] = issue.issues;
      return [{ path: issue.path, message: inner?.message ?? issue.message }];
    }
    if (issue.code === 'invalid_union') {
      const deepest = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
      if (depth(deepest) > 0)
        return mistakes(schema, deepest).map(({ path, message }) => ({
          path: [...issue.path, ...path],
          message,
        }));
    }
    const { path, message } = issue;
    return [{ path, message: isMissing(issue) ? `missing; ${message}` : message }];
  });
}

/** The keys that were perhaps meant where others are written, each as a path: that they are missing follows from it. */
function meantBy(issue: z.core.$ZodIssue, schema: z.ZodType): readonly string[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = keysAt(schema, issue.path);
  return issue.keys.flatMap((key) => {
    const near = nearest(key, known);
    return near === undefined ? [] : [[...issue.path, near].join('.')];
  });
}

/** What tells several maps apart stands in the map. */
function isMissing({ input, path, ...issue }: z.core.$ZodIssue): boolean {
  if (!('discriminator' in issue) || typeof input !== 'object') return input === undefined;
  return input?.[path.at(-1) as keyof typeof input] === undefined;
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

/** Words for a key that nobody knows. */
export function unknownKey(key: string, known: readonly string[]): string {
  if (key === '<<') return 'is not followed here; what several hosts have in common is written in a group';
  const otherwise = known.length === 0 ? '' : `; expected one of ${known.join(', ')}`;
  return `unknown key${didYouMean(key, known) ?? otherwise}`;
}

function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let node: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  for (const key of path) {
    const here = node as {
      properties?: Record<string, unknown>;
      additionalProperties?: unknown;
      items?: unknown;
    };
    node = here.properties?.[String(key)] ?? here.additionalProperties ?? here.items;
    if (typeof node !== 'object' || node === null) return [];
  }
  return Object.keys((node as { properties?: object }).properties ?? {});
}
