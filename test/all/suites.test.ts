import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { suitesOf, tableOf } from './suites.ts';

const scripts = { build: '', test: '', 'test:storage': '', 'test:all': '', 'test:vm': '' };

test('every suite of the package is run, npm test first, and itself is none', () => {
  expect(suitesOf(scripts, undefined, undefined).map(({ script }) => script)).toEqual([
    'test',
    'test:storage',
    'test:vm',
  ]);
});

test('suites are chosen by name, and a name that is none is told with those that are', () => {
  expect(suitesOf(scripts, 'vm, test', undefined).map(({ name }) => name)).toEqual(['test', 'vm']);
  expect(suitesOf(scripts, undefined, 'vm').map(({ name }) => name)).toEqual(['test', 'storage']);
  expect(() => suitesOf(scripts, 'storag', undefined)).toThrow(
    'no suite is called storag; there are test, storage, vm',
  );
});

test('the table tells how each ended, with the tests of all its runs', () => {
  const table = tableOf([
    {
      name: 'test',
      code: 0,
      minutes: 14,
      said: 'x\n      Tests  2990 passed (2990)\n\n      Tests  70 passed | 1 skipped (71)\n',
    },
    { name: 'vm', code: 2, minutes: 39.52, said: 'Tests of NFS\n' },
  ]);
  expect(table).toBe(
    [
      'test  ok          3060 passed, 1 skipped  14.0 min',
      'vm    FAILED (2)                          39.5 min',
    ].join('\n'),
  );
});

test('CONTRIBUTING says what every suite is for', () => {
  const { scripts: real } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: Record<string, string>;
  };
  const page = readFileSync('CONTRIBUTING.md', 'utf8');
  const untold = suitesOf(real, undefined, undefined).filter(
    ({ script }) => !page.includes(script === 'test' ? 'npm test' : `npm run ${script}`),
  );
  expect(untold).toEqual([]);
});
