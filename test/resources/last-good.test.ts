import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { keepLastGood, startOrPutBack } from '../../src/resources/last-good.ts';
import type { Script } from '../../src/shell/index.ts';

/** A systemctl whose unit starts with any configuration but one that says `bad`, and says so in its journal. */
const SYSTEMCTL = `#!/bin/sh
case "$*" in
  *LoadState*) echo loaded ;;
  *ActiveEnterTimestamp*) cat "$HERE/since" ;;
  is-active*) cat "$HERE/state" ;;
  restart*|start*)
    if grep -qs bad "$HERE/etc/daemon.json" "$HERE/etc/proxy.conf"; then echo failed >"$HERE/state"; exit 1; fi
    echo active >"$HERE/state"; echo "@$(date +%s)" >"$HERE/since" ;;
esac`;

let here = '';
let file = '';
let other = '';
beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'provision-good-'));
  mkdirSync(join(here, 'bin'));
  mkdirSync(join(here, 'etc'));
  writeFileSync(join(here, 'bin/systemctl'), SYSTEMCTL);
  writeFileSync(join(here, 'bin/journalctl'), '#!/bin/sh\necho "what the unit says"');
  for (const name of ['systemctl', 'journalctl']) chmodSync(join(here, 'bin', name), 0o755);
  writeFileSync(join(here, 'state'), 'active\n');
  writeFileSync(join(here, 'since'), '@2000000000\n');
  file = join(here, 'etc/daemon.json');
  other = join(here, 'etc/proxy.conf');
});

const run = (script: Script) =>
  spawnSync('/bin/sh', ['-c', script.reveal()], {
    encoding: 'utf8',
    env: { ...process.env, HERE: here, PATH: `${join(here, 'bin')}:${process.env.PATH}` },
  });
const write = (path: string, text: string) => {
  expect(run(keepLastGood(path, 'x.service')).status).toBe(0);
  writeFileSync(path, text);
  // Newer than the unit, as what a run has just written is.
  utimesSync(path, 2100000000, 2100000000);
};
const start = () => run(startOrPutBack('x.service', 'restart', [file, other]));
const state = () => readFileSync(join(here, 'state'), 'utf8').trim();
const leftBeside = () => readdirSync(join(here, 'etc')).filter((name) => name.startsWith('.'));

test('a unit that does not start gets back what it ran with, and the step fails with its words', () => {
  writeFileSync(file, 'old');
  write(file, 'bad');
  write(other, 'new');
  const { status, stderr } = start();
  expect(status).toBe(1);
  expect(stderr).toContain('what the unit says');
  expect(stderr).toContain('as before again, and it runs with that');
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(existsSync(other)).toBe(false);
  expect(state()).toBe('active');
  expect(leftBeside().toSorted()).toEqual(['.daemon.json.refused', '.proxy.conf.refused']);
});

test('what it ran with is what it was before the first of two writes that were never started', () => {
  writeFileSync(file, 'old');
  write(file, 'half');
  write(file, 'bad');
  expect(start().status).toBe(1);
  expect(readFileSync(file, 'utf8')).toBe('old');
});

test('a unit that starts leaves nothing behind', () => {
  writeFileSync(file, 'old');
  write(file, 'new');
  write(other, 'new');
  expect(start().status).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(leftBeside()).toEqual([]);
});

test('configuration that the unit was started with by hand since is not taken back', () => {
  writeFileSync(file, 'old');
  write(file, 'new');
  writeFileSync(join(here, 'since'), '@2200000000\n');
  write(other, 'bad');
  utimesSync(other, 2300000000, 2300000000);
  expect(start().status).toBe(1);
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(existsSync(other)).toBe(false);
  expect(state()).toBe('active');
});

test('a unit that fails with what it had is not given anything else', () => {
  writeFileSync(file, 'bad');
  const { status, stderr } = start();
  expect(status).toBe(1);
  expect(stderr).not.toContain('as before');
  expect(readFileSync(file, 'utf8')).toBe('bad');
});

test('a file from the future, as where a clock has been put right, is not newer than a unit that was started with it', () => {
  const now = Date.now() / 1000;
  for (const path of [file, other]) writeFileSync(path, 'x');
  utimesSync(file, now + 7200, now + 7200);
  utimesSync(other, now - 60, now - 60);
  expect(start().status).toBe(0);
  const modified = (path: string) => statSync(path).mtimeMs / 1000;
  expect(modified(file)).toBeGreaterThan(now - 1);
  expect(modified(file)).toBeLessThan(now + 60);
  expect(modified(other)).toBeCloseTo(now - 60, 0);
});
