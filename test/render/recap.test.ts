import { expect, test } from 'vitest';
import { duration, recapText } from '../../src/render/recap.ts';
import { styleOf } from '../../src/render/style.ts';

const plain = styleOf({ isTTY: false, columns: 80 }, {});
const recap = (host: object, changes = 0) =>
  recapText(
    {
      kind: 'run-finished',
      changes,
      hosts: [{ host: 'mail-1', selected: true, changed: changes, result: 'failed', ...host }],
      milliseconds: 5000,
      interrupted: false,
    },
    plain,
  );

test('a host on which commands were begun is not said to be without changes', () => {
  expect(recap({ begun: true })).toEqual([
    'mail-1  failed',
    'Stopped after 5 s: no change is proven; what was begun on mail-1 may be made in part.',
  ]);
  expect(recap({ begun: true }, 2).at(-1)).toBe(
    'Stopped after 5 s: 2 changes made; what was begun on mail-1 may be made in part.',
  );
  expect(recap({}).at(-1)).toBe('Stopped after 5 s: no changes.');
});

test.each([
  [0, '0 s'],
  [12_340, '12.3 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [119_499, '1 min 59 s'],
  [119_500, '2 min 0 s'],
  [3_599_900, '60 min 0 s'],
])('%d ms are %s', (milliseconds, expected) => {
  expect(duration(milliseconds)).toBe(expected);
});
