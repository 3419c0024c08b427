import { expect, test } from 'vitest';
import { recapText } from '../../src/render/recap.ts';
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
