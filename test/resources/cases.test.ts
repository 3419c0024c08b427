import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { AWAY } from '../../src/facts/index.ts';
import { Secret } from '../../src/shell/index.ts';
import { casesOf } from '../../src/testing/index.ts';
import { kinds } from './kinds.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const TOKEN = new Secret('SWMTKN-1-secret');

describe.each(Object.entries(kinds))('%s', (kind, make) => {
  const cases = casesOf(join(FOLDER, kind), make, {
    resolve: (ref) => ref.pick({ tokens: { manager: TOKEN, worker: TOKEN } }) as never,
    // Has a test of its own, `test/facts/away.test.ts`.
    shown: (probe) => probe.replace(AWAY.body().shown, 'away() { ...; }'),
  });

  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run());

  test('has a case in which nothing is to be done', () => {
    expect(cases.some(({ recorded }) => recorded.expect?.changes?.length === 0)).toBe(true);
  });
});

test('every folder of cases belongs to a kind', () => {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).toSorted()).toEqual(Object.keys(kinds).toSorted());
});
