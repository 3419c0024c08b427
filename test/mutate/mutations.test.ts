import { expect, test } from 'vitest';
import { mutationsOf } from './mutations.ts';
import { pick } from './pick.ts';

const changes = (source: string) => mutationsOf('a.ts', source).map(({ after }) => after);

test.each<[string, readonly string[]]>([
  ['f(a && b);', ['{}', 'f(a || b);']],
  [
    "x.split('\\n') === '';",
    ["x.split('\\n') !== '';", "x.split('\\n~') === '';", "x.split('\\n') === '~';"],
  ],
  ['const x = (a ?? b) < (c);', ['const x = (a ?? b) <= (c);']],
  ['const x = a ?? b;', []],
  ['const x = a === "b";', ['const x = a !== "b";', 'const x = a === "b~";']],
  ['const x = y ? a : b;', ['const x = !(y) ? a : b;']],
  [
    'const f = () => { if (a) return; };',
    ['const f = () => { if (!(a)) return; };', 'const f = () => { {} };'],
  ],
  ['const x = [a, b];', ['const x = [];', 'const x = [b];', 'const x = [a];']],
  ['const x = list.filter(f);', ['const x = list;']],
  ['await f?.();', ['{}']],
  ['const x = { level: "refuse", message: "no" };', ['const x = { level: \'warn\', message: "no" };']],
  ['const x = 1 + 5000;', ['const x = 2 + 5000;']],
  ['type X = 1 | "a";', []],
])('%s', (source, expected) => {
  expect(changes(source)).toEqual(expected);
});

test('a seed takes the same mutations each time, one of each file before a second of any', () => {
  const files = ['a.ts', 'b.ts', 'c.ts'].map((file) => mutationsOf(file, 'if (a && b && c) f();'));
  const taken = pick(files, 4, 7);
  expect(new Set(taken.slice(0, 3).map(({ file }) => file)).size).toBe(3);
  expect(pick(files, 4, 7)).toEqual(taken);
  expect(pick(files, 4, 8)).not.toEqual(taken);
});
