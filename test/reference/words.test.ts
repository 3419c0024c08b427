import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../src/shell/index.ts';
import { anchorsOf, bullet, plain, valueCode, wrapped } from './markdown.ts';
import { keysOf, withoutRepeats } from './schema-keys.ts';
import { typeWords } from './schema-words.ts';

describe('a type in words', () => {
  test.each<[string, z.ZodType]>([
    ['a text', z.string()],
    ['the name of a zone', z.string().regex(/^z/, 'expected the name of a zone').optional()],
    ['a text that matches `^[a-z]+$`', z.string().regex(/^[a-z]+$/)],
    [
      'two digits',
      z
        .string()
        .transform((text) => text.trim())
        .pipe(z.string().regex(/^\d\d$/, 'expected two digits')),
    ],
    ['an IPv4 address', z.ipv4()],
    ['a range of IPv4 addresses', z.cidrv4()],
    ['a whole number from 1 to 3600', z.int().min(1).max(3600).default(5)],
    ['a number above 0', z.number().positive()],
    ['a whole number, 30 or more', z.int().min(30)],
    ['a whole number', z.int()],
    ['one of `a`, `"4.1"`', z.enum(['a', '4.1'])],
    ['one of `25`, `80`', z.literal([25, 80])],
    ['a list; each item is true or false', z.array(z.boolean())],
    ['a map; each value is a text, or null', z.record(z.string(), z.string().nullable())],
    ['a map; each name is one of `a`, `b`', z.partialRecord(z.enum(['a', 'b']), z.strictObject({}))],
    ['a whole number, or one line', z.union([z.int(), z.string().regex(/^.+$/, 'expected one line')])],
    [
      'one of `{ env: NAME }`, `{ file: PATH }`',
      z.union(
        [z.strictObject({ env: z.string() }), z.strictObject({ file: z.string() })],
        'expected one of { env: NAME }, { file: PATH }',
      ),
    ],
    ['a `Secret`', z.instanceof(Secret)],
    ['any value of JSON', z.json()],
  ])('%s', (words, schema) => {
    expect(typeWords(schema)).toBe(words);
  });
});

describe('the keys of a schema', () => {
  const address = z.strictObject({ host: z.string(), port: z.int().optional() });

  test('are told with where they stand, and in which form of a map', () => {
    const schema = z.strictObject({
      list: z.array(z.strictObject({ a: z.string() })),
      by: z.record(z.string(), address),
      kind: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('file'), path: z.string() }),
        z.strictObject({ kind: z.literal('one'), server: z.string() }),
        z.strictObject({ kind: z.literal('two'), server: z.string() }),
      ]),
    });
    expect(
      keysOf(schema).map(({ path, fixed, forms }) => [path, fixed ?? '', forms.join(' ')].join('|')),
    ).toEqual([
      'list||',
      'list[].a||',
      'by||',
      'by.NAME.host||',
      'by.NAME.port||',
      'kind||',
      'kind.kind|file|',
      'kind.path||kind: file',
      'kind.kind|one|',
      'kind.server||kind: one kind: two',
      'kind.kind|two|',
    ]);
  });

  test('are told once where two maps have the same', () => {
    const keys = withoutRepeats(keysOf(z.strictObject({ here: address, there: address })));
    expect(keys.map(({ path, as }) => [path, as])).toEqual([
      ['here', undefined],
      ['here.host', undefined],
      ['here.port', undefined],
      ['there', 'here'],
    ]);
  });
});

describe('Markdown', () => {
  test('a line has 100 columns at most, and none begins with what would begin a list', () => {
    const text = `${'word '.repeat(19)}1234 5. ${'word '.repeat(20)}- ${'word '.repeat(19)}`;
    const lines = bullet(text).split('\n');
    expect(lines.filter((line) => line.length > 100 || /^ {2}([-+*#>]|\d+[.)]) /.test(line))).toEqual([]);
    expect(lines.join(' ').split(/\s+/)).toEqual(['-', ...text.trim().split(/\s+/)]);
  });

  test('code is not broken where it fits into a line', () => {
    expect(wrapped(`${'x'.repeat(95)} \`a b c\` (\`\` sh\`…\` \`\`)`)).toBe(
      `${'x'.repeat(95)}\n\`a b c\` (\`\` sh\`…\` \`\`)`,
    );
  });

  test('a value is as YAML has it', () => {
    expect(['a', '28.5', true, ['a', '10.0.0.0/8'], { a: '3', b: null }, '[x]:1'].map(valueCode)).toEqual([
      '`a`',
      '`"28.5"`',
      '`true`',
      '`[a, 10.0.0.0/8]`',
      '`{ a: "3", b: null }`',
      '`"[x]:1"`',
    ]);
  });

  test('marks are escaped outside of code', () => {
    expect(plain('id_* or `a*`\nand <b>')).toBe('id_\\* or `a*` and \\<b>');
  });

  test('links lead to the second of two headings that read the same', () => {
    expect(anchorsOf('# `facts`\n\n## Lines of JSON\n\n## Facts\n').map(({ anchor }) => anchor)).toEqual([
      'facts',
      'lines-of-json',
      'facts-1',
    ]);
  });
});
