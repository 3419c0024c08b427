import { expect, test } from 'vitest';
import { longestWait } from './lab/without-service.ts';

test.each([
  ['nothing ever succeeds', [0, 1000, 2000], [], 3000],
  ['it does not come back', [0, 1000, 2000], [{ begin: 0, end: 200 }], 2000],
  [
    'it comes back',
    [0, 1000, 2000],
    [
      { begin: 0, end: 200 },
      { begin: 2000, end: 2500 },
    ],
    1500,
  ],
  [
    'a later attempt ends first',
    [0, 1000],
    [
      { begin: 1000, end: 1200 },
      { begin: 0, end: 2900 },
    ],
    1200,
  ],
])('the longest wait where %s', (_, wanted, good, wait) => {
  expect(longestWait(wanted, good, 3000)).toBe(wait);
});

test('of what was wanted before, the wait since then is counted', () => {
  const good = [
    { begin: 1000, end: 9000 },
    { begin: 9000, end: 9500 },
  ];
  expect(longestWait([0, 9000], good, 10_000)).toBe(9000);
  expect(longestWait([0, 9000], good, 10_000, 8000)).toBe(1000);
});
