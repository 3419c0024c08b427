import { expect, test } from 'vitest';
import { listChange } from '../../src/render/list-change.ts';

test.each([
  ['a,b', 'a,b,c', 'gets c'],
  ['a,b,c', 'a,b', 'loses c'],
  ['a,b,c', 'a,b,d', 'gets d, loses c'],
  ['a,b', 'b,a', undefined],
  ['a,b', 'a,c', undefined],
  ['a', 'a,b', undefined],
  ['a, b', 'a, b, c', undefined],
  ['x,x,y', 'x,y', undefined],
  [null, 'a,b', undefined],
  [1, 2, undefined],
])('%j to %j: %j', (from, to, told) => {
  expect(listChange(from, to)).toBe(told);
});
