import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A clone as git makes it: nothing is built in it. */
function clone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'provision-begin-'));
  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

function begun(folder: string, version: string) {
  const other = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  const { status, stderr } = spawnSync(
    'node',
    ['--import', `data:text/javascript,${other}`, 'bin/provision.js', 'plan', 'my.yaml'],
    { cwd: folder, encoding: 'utf8' },
  );
  return { code: status, stderr };
}

/** Debian 12 has 18.20.4, Ubuntu 24.04 has 18.19.1; what is in between has no long support. */
test.each(['12.22.12', '18.20.4', '20.18.3', '21.7.3', '22.11.0'])(
  'Node %s is refused as such',
  (version) => {
    const { code, stderr } = begun(clone(), version);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^error {2}this Node is [\d.]+, and provision needs 20\.19, 22\.12 or later\n {2}fix: install/,
    );
  },
);

test.each(['20.19.0', '22.12.0', '23.0.0', '24.4.0'])('Node %s is not', (version) => {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(engines.node).toBe('^20.19 || >=22.12');
  expect(begun(clone(), version).stderr).not.toContain('this Node is');
});

test('a clone that has not been built says so', () => {
  const folder = clone();
  expect(begun(folder, '20.19.0')).toEqual({
    code: 3,
    stderr: `error  this clone has not been built\n  fix: npm ci, in ${folder}/\n`,
  });
});
