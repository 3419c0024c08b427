import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readHosts, wrongWith } from '../../src/cli/answers.ts';

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

test.each([
  ['', 'name a host, as in mail-1=192.0.2.11'],
  ['mail', 'mail: expected name=address, as in mail-1=192.0.2.11'],
  ['a=192.0.2.1 b=', 'b=: expected name=address, as in mail-1=192.0.2.11'],
  ['Mail_1=192.0.2.1', 'Mail_1: expected a name of lower-case letters, digits and inner hyphens'],
  ['a=192.0.2.1 a=192.0.2.2', 'a: two hosts have this name'],
  ['a=192.0.2.1 b=192.0.2.1', '192.0.2.1: two hosts have this address'],
  ['a=mail-1 mail-2.example.org 2001:db8::1', undefined],
])('hosts `%s`', (text, wrong) => {
  expect(wrongWith.hosts(text)).toBe(wrong);
});

test('all that is wrong with the options is told at once, and nothing is written', () => {
  const { file, code, stderr } = init('wrong.yaml', '--host', 'mail', '--user', 'a b', '--domain', 'example');
  expect(code).toBe(3);
  expect(stderr).toContain('--host mail: expected name=address');
  expect(stderr).toContain('--user a b: expected the name of a user');
  expect(stderr).toContain('--domain example: expected a domain');
  expect(existsSync(file)).toBe(false);
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
    stderr: expect.stringContaining('--host A_B: expected a name of lower-case letters'),
  });
});

test.each([
  [
    'GlusterFS on two hosts',
    ['--host', '192.0.2.1 192.0.2.2', '--storage', 'glusterfs', '--domain', ''],
    /GlusterFS keeps each file on 3 hosts, but only 2 of these can hold it/,
  ],
  [
    'mail of two hosts on the disk of one',
    ['--host', '192.0.2.1 192.0.2.2', '--storage', 'none', '--domain', 'example.org'],
    /write a section `storage`/,
  ],
  [
    'an export over the mount point',
    [
      '--host',
      '192.0.2.1 192.0.2.2',
      '--storage',
      'nfs',
      '--nfs',
      '192.0.2.1:/mailu/data',
      '--domain',
      'example.org',
    ],
    /one would hide the other/,
  ],
])('%s: told, and no half of a file is left', (name, args, message) => {
  const { file, code, stderr } = init(`${name}.yaml`, '--user', 'deploy', ...args);
  expect(code).toBe(3);
  expect(stderr).toMatch(message);
  expect(existsSync(file)).toBe(false);
});

test('who cannot be asked is told which option says it', () => {
  const two = ['--host', '192.0.2.1 192.0.2.2', '--user', 'deploy', '--domain', 'example.org'];
  expect(init('nfs.yaml', ...two, '--storage', 'nfs').stderr).toContain('say it with --nfs');
  expect(init('db.yaml', ...two, '--nfs', '192.0.2.9:/srv', '--database', 'mysql').stderr).toContain(
    'say it with --database-server',
  );
});

test('it ends with what to type next', () => {
  const { file, stdout } = init(
    'next.yaml',
    '--host',
    '192.0.2.1',
    '--user',
    'deploy',
    '--domain',
    'example.org',
  );
  expect(stdout).toBe(`${file}: 1 host. Read it: each choice is there with its reason.
Then choose the password that it takes from the environment, and:
  read -rs MAIL_ADMIN_PASSWORD; export MAIL_ADMIN_PASSWORD
  provision plan ${file}
`);
});
