import { expect, test } from 'vitest';
import { SudoWords } from '../../src/transport/sudo-words.ts';

const NONCE = 'nonce-1';

/** What is passed on of a text that comes in pieces, and the words of the bootstrap in it. */
function read(text: string, length: number, keep?: number) {
  const heard: string[] = [];
  const words = new SudoWords(NONCE, (word, said) => void heard.push(`${word}: ${said}`), keep);
  let passed = '';
  for (let from = 0; from < text.length; from += length)
    passed += words.take(text.slice(from, from + length));
  passed += words.end();
  expect(words.passed).toBe(keep === undefined ? passed : passed.slice(-keep));
  return { heard, passed };
}

test.each([1, 3, 1000])('the words of the bootstrap are taken out, in pieces of %i characters', (length) => {
  const text = `one\n${NONCE} password  a  password: \n${NONCE} begun\ntwo ${NONCE} refused no\nthree`;
  expect(read(text, length)).toEqual({
    heard: ['password: a  password:', 'begun: ', 'refused: no'],
    passed: 'one\ntwo three',
  });
});

test('a line without an end is passed on at its end', () => {
  expect(read('no newline', 4)).toEqual({ heard: [], passed: 'no newline' });
});

test('of a line that is very long only what may be a word waits', () => {
  const words = new SudoWords(NONCE, () => undefined, undefined);
  expect(words.take('x'.repeat(65_536))).toBe('');
  expect(words.take('x').length).toBe(65_537 - 4096);
  expect(words.end().length).toBe(4096);
});

test('a word in the middle of a very long line is found', () => {
  const long = 'x'.repeat(70_000);
  expect(read(`${long}${NONCE} begun\n${long}`, 5000)).toEqual({ heard: ['begun: '], passed: long + long });
});

test('of what is passed on only the end is kept where no more is wanted', () => {
  read(`${'a'.repeat(50)}\n${NONCE} begun\nthe end`, 10, 7);
});
