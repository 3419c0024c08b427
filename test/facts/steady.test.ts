import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { steady } from '../../src/facts/index.ts';
import { sh } from '../../src/shell/index.ts';

/** Asks a question whose code, by the number of the try, is given. */
function asked(codes: readonly number[]) {
  const tries = join(mkdtempSync(join(tmpdir(), 'provision-steady-')), 'tries');
  const question = sh`
    echo try >>${tries}
    echo half
    set -- ${codes.map(String)}
    shift $(($(grep -c try ${tries}) - 1))
    echo whole
    exit "$1"`;
  const { status, stdout } = spawnSync('sh', { input: steady(question).reveal(), encoding: 'utf8' });
  return { code: status, stdout, tries: readFileSync(tries, 'utf8').trimEnd().split('\n').length };
}

test.each([
  [[0], { code: 0, stdout: 'half\nwhole\n', tries: 1 }],
  [[1, 0], { code: 0, stdout: 'half\nwhole\n', tries: 2 }],
  [[1, 1, 7], { code: 7, stdout: '', tries: 3 }],
  [[124, 0], { code: 124, stdout: '', tries: 1 }],
])('a question that ends with %j', (codes, expected) => {
  expect(asked(codes)).toEqual(expected);
});
