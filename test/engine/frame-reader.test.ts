import { expect, test } from 'vitest';
import { FrameReader, KEPT } from '../../src/engine/frame-reader.ts';

const NONCE = 'provision-1';

/** What is told of a frame whose text comes in pieces of a length, or in one. */
function read(text: string, length = text.length) {
  const told: string[] = [];
  const reader = new FrameReader(NONCE, {
    line: (index, line) => void told.push(`${index}: ${line}`),
    end: (index, code) => void told.push(`${index} ended ${code}`),
  });
  for (let from = 0; from < text.length; from += length) reader.add(text.slice(from, from + length));
  return { told, parts: reader.parts };
}

const mark = (name: string | number, code = 0) => `\n${NONCE} ${name} ${code}\n`;
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}\n`).join('');

test.each([1, 7, 1000])('steps and what they print are told apart, in pieces of %i characters', (length) => {
  const text = `Welcome${mark('start')}${mark('lock')}one\n\ntwo${mark(0)}${mark(1)}three${mark(2, 7)}`;
  const { told, parts } = read(text, length);
  expect(told).toEqual(['0: one', '0: two', '0 ended 0', '1 ended 0', '2: three', '2 ended 7']);
  expect([...parts]).toEqual([
    ['start', { code: 0, text: 'Welcome' }],
    ['lock', { code: 0, text: '' }],
    ['0', { code: 0, text: 'one\n\ntwo' }],
    ['1', { code: 0, text: '' }],
    ['2', { code: 7, text: 'three' }],
  ]);
});

test('what is printed before the lock is taken is of no step', () => {
  expect(read(`motd\n${mark('start')}busy${mark('lock', 75)}`).told).toEqual([]);
});

test('a step after which the host was lost has not ended', () => {
  const { told, parts } = read(`${mark('start')}${mark('lock')}one${mark(0)}${mark('lost', 77)}`);
  expect(told).toEqual(['0: one', '0 ended 0']);
  expect(parts.has('lost')).toBe(true);
});

test('of a step that prints without end a person sees the first 5000 lines, and how many more there were', () => {
  const { told } = read(`${mark('lock')}${numbered(5003)}${mark(0)}next${mark(1)}`);
  expect(told).toHaveLength(5000 + 1 + 1 + 2);
  expect(told.slice(4999, 5002)).toEqual(['0: line 4999', '0: … and 3 lines more', '0 ended 0']);
  expect(told.at(-2)).toBe('1: next');
});

test('a step that prints just as many lines as are shown has no more', () => {
  expect(read(`${mark('lock')}${numbered(5000)}${mark(0)}`).told.slice(-2)).toEqual([
    '0: line 4999',
    '0 ended 0',
  ]);
});

test('of a step that prints much its last words are kept, in whole lines', () => {
  const { parts } = read(`${mark('lock')}${numbered(20_000)}${mark(0)}short${mark(1)}`, 4096);
  const text = parts.get('0')?.text ?? '';
  expect(text.length).toBeLessThanOrEqual(KEPT);
  expect(text.length).toBeGreaterThan(KEPT - 20);
  expect(text.split('\n')[0]).toMatch(/^line \d+$/);
  expect(text.trimEnd().split('\n').at(-1)).toBe('line 19999');
  expect(parts.get('1')?.text).toBe('short');
});

test('a line that is too long to be kept is told by its length', () => {
  const { told, parts } = read(`${mark('lock')}${'x'.repeat(200_000)}\nafter${mark(0)}`, 50_000);
  expect(told).toEqual(['0: … a line of 200000 characters', '0: after', '0 ended 0']);
  expect(parts.get('0')?.text).toBe('… a line of 200000 characters\nafter');
});
