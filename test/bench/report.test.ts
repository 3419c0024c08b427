import { expect, test } from 'vitest';
import { CELLS, isKey, KEY, QUICK, rounds, SLOW } from './cells.ts';
import { markdown, report } from './report.ts';
import type { Result } from './result.ts';
import { workOf } from './work.ts';

test('half of the work is files, a quarter directories, an eighth each services and packages', () => {
  const kinds = workOf(200).map(({ kind }) => kind);
  const share = (kind: string) => kinds.filter((other) => other === kind).length;
  expect(['file', 'directory', 'service', 'package'].map(share)).toEqual([100, 50, 25, 25]);
  const names = workOf(1000).map((item) => JSON.stringify(item));
  expect(new Set(names).size).toBe(1000);
});

test('the key cell is measured five times for every peer, and each cell once', () => {
  const key = CELLS.filter(isKey);
  expect(key.length).toBe(1);
  for (const cell of key)
    expect([...QUICK, ...SLOW].map((peer) => rounds(peer, cell))).toEqual(Array(7).fill(5));
});

test('a target that is missed is said, with by how much; what was not measured is left out', () => {
  const figures = (seconds: number) => ({
    runs: 5,
    seconds,
    cpu: 1,
    memory: 2 ** 20,
    connections: 3,
    execs: 6,
  });
  const results: readonly Result[] = [
    { peer: 'provision', ...KEY, first: figures(9), again: figures(2) },
    { peer: 'ssh, the same probes', ...KEY, first: undefined, again: figures(1) },
    { peer: 'Ansible', ...KEY, first: figures(300), again: figures(140) },
  ];
  const text = report(results, []);
  expect(text).toContain('| times the floor (ssh, the same probes) |  2.00 | at most 1.5 |  missed |');
  expect(text).toContain('| times faster than Ansible              | 70.00 | at least 50 | reached |');
  expect(text).not.toContain('mitogen');
  expect(
    markdown([
      ['a', 'b'],
      ['long', '1'],
    ]),
  ).toBe('| a    |  b |\n| ---- | -: |\n| long |  1 |');
});
