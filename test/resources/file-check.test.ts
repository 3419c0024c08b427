import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { file } from '../../src/resources/file.ts';
import { type Script, sh } from '../../src/shell/index.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'provision-file-'));
const known = folder();
/** With what is remembered of a host in a folder of the test. */
const run = (script: Script) =>
  spawnSync('/bin/sh', ['-c', script.reveal().replaceAll('/var/lib/provision', known)], { encoding: 'utf8' });

/** Writes `content` over what is there, with a check that must succeed. Gives the exit code and what was said. */
function write(path: string, content: string, check: Script) {
  const { username } = userInfo();
  const resource = file({ path, content, owner: username, group: '0', check });
  const { status, stdout, stderr } = run(resource.probe);
  const judged = resource.judge({ code: status ?? 255, stdout, stderr }, { paths: new Set() });
  if (judged.state !== 'observed') throw new Error('not observed');
  const results = judged.steps((ref) => ref.pick(undefined) as never).map(({ script }) => run(script));
  return { code: results.find((result) => result.status !== 0)?.status ?? 0, said: results.at(-1)?.stderr };
}

test('what does not work is put back, and what refuses it is heard', () => {
  const path = join(folder(), 'app.conf');
  const bad = sh`echo 'line 1 is wrong' >&2; exit 3`;
  expect(write(path, 'new\n', bad)).toMatchObject({
    code: 3,
    said: expect.stringContaining('line 1 is wrong'),
  });
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, 'old\n');
  expect(write(path, 'new\n', bad).code).toBe(3);
  expect(readFileSync(path, 'utf8')).toBe('old\n');
});

test('what works stays, and of what somebody had there a copy is kept once', () => {
  const path = join(folder(), 'app.conf');
  writeFileSync(path, 'theirs\n');
  expect(write(path, 'ours\n', sh`true`).code).toBe(0);
  expect(readFileSync(path, 'utf8')).toBe('ours\n');
  expect(readFileSync(`${path}.before-provision`, 'utf8')).toBe('theirs\n');
  expect(write(path, 'ours again\n', sh`true`).code).toBe(0);
  expect(readFileSync(`${path}.before-provision`, 'utf8')).toBe('theirs\n');
});
