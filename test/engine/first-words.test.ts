import { afterEach, expect, test, vi } from 'vitest';
import { FirstWords } from '../../src/engine/first-words.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('what a host says instead of beginning is told after half a minute', () => {
  vi.useFakeTimers();
  using words = new FirstWords('nonce start ');
  words.hear('Choose a ');
  words.hear('project:\n');
  vi.advanceTimersByTime(29_999);
  expect(words.late.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(words.late.reason).toMatchObject({
    failure: 'no-shell',
    exit: 4,
    message:
      'it said "Choose a project:", and after 30 s the shell of the login has not begun what it was sent',
  });
});

test('one that has begun may take its time, however its first words come', () => {
  vi.useFakeTimers();
  using words = new FirstWords('nonce start ');
  for (const part of ['Welcome\n\nnon', 'ce sta', 'rt 0\n']) words.hear(part);
  vi.advanceTimersByTime(600_000);
  expect(words.late.aborted).toBe(false);
});

test('after its end nothing is given up', () => {
  vi.useFakeTimers();
  const words = new FirstWords('nonce start ');
  words[Symbol.dispose]();
  vi.advanceTimersByTime(600_000);
  expect(words.late.aborted).toBe(false);
});
