import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readHosts } from '../../src/cli/new-inventory.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'provision-init-'));

function init(name: string, ...args: readonly string[]) {
  const file = join(folder, name);
  const { status, stdout, stderr } = spawnSync('node', ['bin/provision.js', 'init', file, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    input: '',
  });
  return { file, code: status, stdout, stderr };
}

test.each([
  [
    ['mail-1=192.0.2.1', 'mail-2=192.0.2.2'],
    ['mail-1 192.0.2.1', 'mail-2 192.0.2.2'],
  ],
  [['192.0.2.1, b=192.0.2.2 2001:db8::1'], ['mail-1 192.0.2.1', 'b 192.0.2.2', 'mail-3 2001:db8::1']],
  [[''], []],
])('hosts %j', (texts, expected) => {
  expect(readHosts(texts).map(({ name, address }) => `${name} ${address}`)).toEqual(expected);
});

test.each([
  ['one host', ['--host', 'a=192.0.2.1', '--domain', 'example.org']],
  [
    'three hosts',
    ['--host', 'a=192.0.2.1', '--host', 'b=192.0.2.2', '--host', 'c=192.0.2.3', '--domain', 'example.org'],
  ],
  [
    'five hosts without mail',
    ['--host', '192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5', '--domain', ''],
  ],
])('%s: what is written validates', (name, args) => {
  const { file, code, stdout } = init(`${name}.yaml`, '--user', 'deploy', ...args);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('provision plan') });
  const validated = spawnSync('node', ['bin/provision.js', 'validate', file], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(validated).toMatchObject({ status: 0, stderr: '' });
});

test('nothing is written over, and a mistake is told', () => {
  const first = init('twice.yaml', '--host', 'a=192.0.2.1', '--user', 'u', '--domain', '');
  const before = readFileSync(first.file, 'utf8');
  expect(init('twice.yaml', '--host', 'b=192.0.2.2')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('is there already'),
  });
  expect(readFileSync(first.file, 'utf8')).toBe(before);
  expect(init('none.yaml')).toMatchObject({ code: 3, stderr: expect.stringContaining('--host') });
  expect(init('bad.yaml', '--host', 'A_B=192.0.2.1', '--user', 'u', '--domain', '')).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/bad\.yaml:\d+:\d+ hosts\.A_B: expected lower-case/),
  });
});
