import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote, sh } from '../../src/shell/index.ts';

const STRINGS = 10_000;
const BATCH = 500;

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~ \t\n\r\u0001\u007fäé€𝄞=-'), maxLength: 40 }),
);

test.each([
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
] as const)('%s reads back 10,000 generated strings byte for byte', (name, [program, ...options]) => {
  const strings = fc
    .sample(nasty, { numRuns: STRINGS + 1000, seed: 1 })
    .map((text) => Buffer.from(text.replaceAll('\0', ''), 'utf8').toString('utf8'))
    .slice(0, STRINGS);
  expect(strings).toHaveLength(STRINGS);
  let read = 0;
  for (let from = 0; from < STRINGS; from += BATCH) {
    const batch = strings.slice(from, from + BATCH);
    const script = batch.map((text) => sh`printf '%s\0' ${text}`.reveal()).join('\n');
    const { stdout, status, stderr } = spawnSync(program, options, { input: script, maxBuffer: 2 ** 26 });
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
    expect(stdout.equals(Buffer.from(batch.map((text) => `${text}\0`).join('')))).toBe(true);
    read += batch.length;
  }
  process.stdout.write(`figure  quote round trip through ${name}: ${read} strings\n`);
});

test('a NUL cannot be quoted', () => {
  expect(() => quote('a\0b')).toThrow(RangeError);
});

test.each([
  ['', "''"],
  ['plain-word_1.0/@%+,:', 'plain-word_1.0/@%+,:'],
  ['A=b', "'A=b'"],
  ["it's", "'it'\\''s'"],
  ['~', "'~'"],
])('%j becomes %s', (text, quoted) => {
  expect(quote(text)).toBe(quoted);
});
