import { expect, test } from 'vitest';
import { styleOf } from '../../src/render/style.ts';

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '' }, false],
  [true, { FORCE_COLOR: '0' }, false],
  [false, { FORCE_COLOR: '3', NO_COLOR: '1' }, true],
])('on a terminal: %s, with %j: colours %s', (isTTY, env, coloured) => {
  expect(styleOf({ isTTY, columns: 80 }, env).red('x') !== 'x').toBe(coloured);
});

test('a terminal that says no width is folded as a usual one, and not after each word', () => {
  const sentence = 'word '.repeat(30).trim();
  const folded = (columns: number | undefined) =>
    styleOf({ isTTY: true, columns: columns as number }, { NO_COLOR: '1' }).fold(sentence);
  expect(folded(0)).toBe(folded(80));
  expect(folded(undefined)).toBe(folded(80));
  expect(folded(40)).not.toBe(folded(80));
});
