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
