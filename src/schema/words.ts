import type { z } from 'zod';
import { didYouMean } from '../errors/index.ts';

type Issue = z.core.$ZodIssue;
type Found = z.core.$ZodRawIssue;

/** What is expected, and what follows from what is there instead. */
interface Expected {
  readonly what: string;
  readonly instead?: string;
}

/** What YAML calls such things, for people. */
const KINDS: Readonly<Record<string, string>> = {
  record: 'a map (`name: value`)',
  object: 'a map (`name: value`)',
  array: 'a list (`[a, b]`)',
  tuple: 'a list (`[a, b]`)',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
  undefined: 'nothing',
  void: 'nothing',
  never: 'nothing',
  nonoptional: 'a value',
  function: 'a function',
  date: 'a date',
};

const FORMATS: Readonly<Record<string, string>> = {
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  cidrv4: 'an IPv4 network, as in 10.20.0.0/24',
  cidrv6: 'an IPv6 network, as in 2001:db8::/32',
  mac: 'a MAC address, as in 02:00:00:00:00:01',
  hostname: 'the name of a host, as in mail.example.org',
  url: 'a URL, as in https://example.org/file',
  email: 'an address of mail, as in anna@example.org',
  uuid: 'a UUID',
  guid: 'a UUID',
  date: 'a date, as in 2026-01-31',
  time: 'a time, as in 03:00:00',
  datetime: 'a moment, as in 2026-01-31T03:00:00Z',
  duration: 'a duration, as in PT10M',
  base64: 'a text in base64',
  base64url: 'a text in base64url',
  json_string: 'a text in JSON',
  lowercase: 'a text in lower case',
  uppercase: 'a text in upper case',
};

/** A mistake that a schema has no words of its own for. zod's are for those who know it. */
export function wordsOf(issue: Found): string {
  const expected = expectedBy(issue as unknown as Issue);
  return expected === undefined
    ? 'this does not fit here'
    : `expected ${expected.what}${expected.instead ?? ''}`;
}

function expectedBy(issue: Issue): Expected | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return { what: kindOf(issue.expected), instead: written(issue.input, issue.expected) };
    case 'invalid_value':
      return oneOf(issue.values, issue.input);
    case 'too_small':
    case 'too_big':
      return bound(issue);
    case 'invalid_format':
      return { what: formOf(issue) };
    case 'not_multiple_of':
      return { what: `a multiple of ${issue.divisor}`, instead: got(String(issue.input)) };
    case 'invalid_union':
      return anyOf(issue);
    default:
      return undefined;
  }
}

/** A class by its name. */
function kindOf(expected: string): string {
  return KINDS[expected] ?? (/^[AEIOU]/i.test(expected) ? `an ${expected}` : `a ${expected}`);
}

const got = (what: string): string => `, got ${what}`;

/** What was written instead. Of what is missing nothing is there. */
function written(input: unknown, expected: string): string {
  if (input === undefined) return '';
  if (typeof input === 'number' && (expected === 'int' || expected === 'number')) return got(String(input));
  return `${got(nameOf(input))}${quotesFor(input, expected)}`;
}

function nameOf(input: unknown): string {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input !== 'object') return kindOf(typeof input);
  const { name } = (Object.getPrototypeOf(input) as object | null)?.constructor ?? Object;
  return name === 'Object' ? 'a map' : kindOf(name);
}

/** YAML takes `2024` for a number, and `"22"` for a text. */
function quotesFor(input: unknown, expected: string): string {
  if (expected === 'string') return typeof input === 'number' || typeof input === 'boolean' ? IN_QUOTES : '';
  const counts = expected === 'number' || expected === 'int';
  return counts && typeof input === 'string' && /^\d+$/.test(input) ? '; write it without quotes' : '';
}
const IN_QUOTES = '; write it in quotes';

function oneOf(values: readonly z.core.util.Primitive[], input: unknown): Expected {
  const known = values.map(String);
  const what = known.length > 2 ? `one of ${known.join(', ')}` : known.join(' or ');
  if (typeof input === 'string') return { what, instead: didYouMean(input, known) ?? '' };
  const unquoted = input !== null && typeof input !== 'object' && known.includes(String(input));
  return { what, instead: `${written(input, '')}${unquoted ? IN_QUOTES : ''}` };
}

type Bound = Extract<Issue, { code: 'too_small' | 'too_big' }>;

function bound(issue: Bound): Expected {
  const limit = String(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  if (issue.origin === 'string')
    return {
      what:
        limit === '1' && issue.code === 'too_small'
          ? 'a text that is not empty'
          : `a text of ${howMany(issue, limit, 'character')}`,
    };
  if (['array', 'set', 'map', 'object', 'record'].includes(issue.origin))
    return { what: howMany(issue, limit, 'item') };
  const side = issue.code === 'too_small' ? ['at least', 'above'] : ['at most', 'below'];
  const what = issue.inclusive === false ? `a number ${side[1]} ${limit}` : `a number of ${side[0]} ${limit}`;
  return { what, instead: got(String(issue.input)) };
}

function howMany(issue: Bound, limit: string, of: string): string {
  const side = issue.exact ? 'exactly' : issue.code === 'too_small' ? 'at least' : 'at most';
  return limit === '1' ? `${side} one ${of}` : `${side} ${limit} ${of}s`;
}

function formOf(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  const { format, pattern, prefix, suffix, includes } = issue as typeof issue &
    Readonly<Record<string, unknown>>;
  if (format === 'starts_with') return `a text that begins with ${prefix}`;
  if (format === 'ends_with') return `a text that ends with ${suffix}`;
  if (format === 'includes') return `a text with ${includes} in it`;
  return FORMATS[format] ?? (pattern === undefined ? kindOf(format) : `a text like ${pattern}`);
}

type Union = Extract<Issue, { code: 'invalid_union' }>;

/** What one of several would have to be. Where what is written is of the kind of some, only those are told. */
function anyOf(issue: Union): Expected | undefined {
  const { discriminator, options } = issue as {
    readonly discriminator?: string;
    readonly options?: readonly z.core.util.Primitive[];
  };
  if (discriminator !== undefined && options !== undefined)
    return oneOf(options, (issue.input as Readonly<Record<string, unknown>> | undefined)?.[discriminator]);
  const first = (issue.errors as readonly (readonly Issue[])[]).flatMap(([each]) =>
    each === undefined ? [] : [each],
  );
  const alike = first.filter(({ code }) => code !== 'invalid_type');
  const told = (alike.length > 0 ? alike : first).map(phrase);
  if (told.length === 0 || told.includes(undefined)) return undefined;
  const whats = [...new Set(told.map((each) => each?.what ?? ''))];
  const last = whats.at(-1);
  const what = whats.length < 2 ? last : `${whats.slice(0, -1).join(', ')} or ${last}`;
  return { what: what ?? '', instead: alike.length > 0 ? '' : written(issue.input, stringAmong(first)) };
}

/** A text is what most is written as: what lacks its quotes is told so. */
const stringAmong = (issues: readonly Issue[]): string =>
  issues.some((issue) => issue.code === 'invalid_type' && issue.expected === 'string') ? 'string' : '';

/** What an alternative expects: in its own words, where its schema has some. */
function phrase(issue: Issue): Expected | undefined {
  const expected = expectedBy(issue);
  if (expected !== undefined && issue.message === `expected ${expected.what}${expected.instead ?? ''}`)
    return expected;
  const [, own] = /^expected (.*)$/.exec(issue.message) ?? [];
  return own === undefined ? undefined : { what: own };
}
