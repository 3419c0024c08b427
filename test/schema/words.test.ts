import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import site from '../../playbooks/site.ts';
import { readSwarmInfo } from '../../src/facts/swarm-info.ts';
import { readSwarmNodes } from '../../src/facts/swarm-node.ts';
import { loadInventory } from '../../src/inventory/index.ts';
import { parseCompose } from '../../src/resources/stack/compose.ts';
import { check } from '../../src/schema/index.ts';
import { Script, Secret } from '../../src/shell/index.ts';

const words = (schema: z.ZodType, value: unknown): string => {
  const checked = check(schema, value);
  if ('data' in checked) throw new Error('it has no mistake');
  return checked.mistakes.map(({ path, message }) => [...path, message].join(': ')).join('\n');
};

const text = z.strictObject({ content: z.union([z.string(), z.instanceof(Secret)]) });
const size = z.union([z.int().min(1), z.string().regex(/^\d+G$/, 'expected a size, as in 10G')]);
const kinds = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('nfs'), server: z.string() }),
  z.strictObject({ kind: z.literal('glusterfs') }),
]);

describe('a mistake is told in plain words', () => {
  test.each<[string, z.ZodType, unknown, string]>([
    ['nothing', text, {}, 'content: missing; expected a text or a Secret'],
    [
      'neither of two',
      text,
      { content: 7 },
      'content: expected a text or a Secret, got a number; write it in quotes',
    ],
    ['a class in place of a text', z.string(), new Secret('x'), 'expected a text, got a Secret'],
    ['a promise', z.string(), Promise.resolve('x'), 'expected a text, got a Promise'],
    ['a function', z.string(), () => 'x', 'expected a text, got a function'],
    ['a text in place of a class', z.instanceof(Script), 'ls', 'expected a Script, got a text'],
    ['a list', z.string(), ['x'], 'expected a text, got a list'],
    ['a key without its value', z.string(), null, 'expected a text, got nothing'],
    ['a number as a text', z.number(), '22', 'expected a number, got a text; write it without quotes'],
    ['no number', z.number(), Number.NaN, 'expected a number, got NaN'],
    ['a fraction', z.int(), 1.5, 'expected a whole number, got 1.5'],
    ['of the kind, and not fit', size, 0, 'expected a number of at least 1, got 0'],
    ['of the other kind, and not fit', size, '10', 'expected a size, as in 10G'],
    ['of no kind', size, [], 'expected a number or a text, got a list'],
    ['an empty text', z.string().min(1), '', 'expected a text that is not empty'],
    ['a short text', z.string().min(8), 'short', 'expected a text of at least 8 characters'],
    ['a long text', z.string().max(3), 'long', 'expected a text of at most 3 characters'],
    ['a text of another length', z.string().length(3), 'long', 'expected a text of exactly 3 characters'],
    ['an empty list', z.array(z.string()).min(1), [], 'expected at least one item'],
    ['a short list', z.array(z.string()).min(2), ['a'], 'expected at least 2 items'],
    ['a long list', z.array(z.string()).max(1), ['a', 'b'], 'expected at most one item'],
    ['too many', z.int().max(65535), 70000, 'expected a number of at most 65535, got 70000'],
    ['none', z.number().positive(), 0, 'expected a number above 0, got 0'],
    ['no multiple', z.number().multipleOf(8), 9, 'expected a multiple of 8, got 9'],
    [
      'a misspelt choice',
      z.enum(['manager', 'worker']),
      'mananger',
      'expected manager or worker; did you mean `manager`?',
    ],
    ['another choice', z.enum(['yes', 'accept-new', 'no']), 'perhaps', 'expected one of yes, accept-new, no'],
    [
      'a choice that YAML reads as another thing',
      z.enum(['yes', 'no', 'true']),
      true,
      'expected one of yes, no, true, got true or false; write it in quotes',
    ],
    ['a version without quotes', z.literal('3.8'), 3.8, 'expected 3.8, got a number; write it in quotes'],
    ['no choice', z.strictObject({ role: z.enum(['a', 'b']) }), {}, 'role: missing; expected a or b'],
    ['an address', z.ipv4(), '192.0.2.300', 'expected an IPv4 address'],
    [
      'one of two addresses',
      z.union([z.ipv4(), z.ipv6()]),
      '192.0.2.300',
      'expected an IPv4 address or an IPv6 address',
    ],
    ['a network', z.cidrv4(), '10.0.0.0', 'expected an IPv4 network, as in 10.20.0.0/24'],
    ['a URL', z.url(), 'example', 'expected a URL, as in https://example.org/file'],
    ['a UUID', z.uuid(), 'x', 'expected a UUID'],
    ['a date', z.iso.date(), 'today', 'expected a date, as in 2026-01-31'],
    ['a form', z.string().regex(/^\d+$/), 'x', 'expected a text like /^\\d+$/'],
    ['a beginning', z.string().startsWith('/'), 'x', 'expected a text that begins with /'],
    [
      'one of several maps',
      kinds,
      { kind: 'nsf', server: 'x' },
      'kind: expected nfs or glusterfs; did you mean `nfs`?',
    ],
    ['a map that does not say which', kinds, { server: 'x' }, 'kind: missing; expected nfs or glusterfs'],
    ['something in one of several maps', kinds, { kind: 'nfs' }, 'server: missing; expected a text'],
    ['what nobody describes', z.custom<string>((value) => value === 1), 2, 'this does not fit here'],
    [
      'what a schema describes itself',
      z.string().refine(() => false, 'expected another'),
      'x',
      'expected another',
    ],
    [
      'a key of a map',
      z.record(z.string().regex(/^[a-z]+$/, 'expected letters'), z.string()),
      { 1: 'x' },
      '1: expected letters',
    ],
    [
      'what JSON does not have',
      z.json(),
      () => 1,
      'expected a text, a number, true or false, nothing, a list (`[a, b]`) or a map (`name: value`), got a function',
    ],
    ['anything at all', z.never(), 1, 'expected nothing, got a number'],
  ])('%s', (_, schema, value, told) => {
    expect(words(schema, value)).toBe(told);
  });
});

test.each<[string, () => unknown, string]>([
  ['what docker says of a node', () => readSwarmNodes('[{"ID":7}]'), '0.ID: expected a text, got a number'],
  ['what docker says of a swarm', () => readSwarmInfo('[]'), 'expected a map (`name: value`), got a list'],
  [
    'a stack file',
    () => parseCompose('version: 3.8\n'),
    'version: expected 3.8, got a number; write it in quotes',
  ],
])('so is a mistake in %s', (_, reading, told) => {
  expect(reading).toThrow(told);
});

/** As zod puts it, for those who know it. */
const RAW = /Invalid|Too (small|big)|received|instance of|Unrecognized|must (match|be)/;
const VALUES = ['', 'x', 7, 1.5, true, null, [], ['x'], [7], {}, { x: 1 }, [{}], { x: {} }];

test('no key of the inventory, whatever is written there, is answered in the words of a parser', () => {
  const keysOf = (schema: z.ZodType): readonly string[] =>
    Object.keys(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {});
  const keys = site.flatMap(({ name, cluster, host }) =>
    [cluster, host].flatMap(keysOf).map((key) => [name, key] as const),
  );
  expect(keys.length).toBeGreaterThan(50);
  const raw = keys.flatMap(([section, key]) =>
    VALUES.flatMap((value) => {
      const tree = { cluster: 'mail', hosts: { a: { address: '192.0.2.1' } }, [section]: { [key]: value } };
      const { problems } = loadInventory(JSON.stringify(tree), 'my.yaml', site);
      return problems
        .filter(({ message }) => RAW.test(message))
        .map(({ path, message }) => `${path}: ${message}`);
    }),
  );
  expect(raw).toEqual([]);
});
