import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'provision-cli-'));

function provision(...args: readonly string[]) {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '80' };
  const { status, stdout, stderr } = spawnSync('node', ['bin/provision.js', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  });
  return { code: status, stdout, stderr };
}

function written(name: string, text: string, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

describe('the command line', () => {
  test.each([['inventory/prod.yaml'], ['inventory/lab.yaml']])('%s is valid', (file) => {
    expect(provision('validate', file)).toMatchObject({ code: 0, stderr: '' });
  });

  test('help fits 80 columns, for every command', () => {
    for (const args of [
      ['--help'],
      ['help'],
      ['help', 'plan'],
      ...[
        'plan',
        'status',
        'facts',
        'logs',
        'exec',
        'check',
        'dns',
        'remove-stack',
        'secrets',
        'validate',
        'schema',
        'init',
        'completion',
      ].map((verb) => [verb, '--help']),
    ]) {
      const { code, stdout } = provision(...args);
      expect(code).toBe(0);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  test('the help of completion names the shells, and how it is used', () => {
    const { stdout } = provision('completion', '--help');
    expect(stdout).toMatch(/bash.*zsh.*fish/);
    expect(stdout).toContain('source <(provision completion bash)');
  });

  test('the schema is one, and names every section', () => {
    const { stdout } = provision('schema');
    expect(Object.keys((JSON.parse(stdout) as { properties: object }).properties)).toEqual([
      'cluster',
      'ssh',
      'hosts',
      'groups',
      'secrets',
      'age',
      'base',
      'docker',
      'swarm',
      'storage',
      'resolver',
      'mailu',
    ]);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['no word at all', [], /Usage: provision <inventory> \[options\][\s\S]*Commands:[\s\S]*Exit codes:/],
    ['no inventory', ['--yes'], /missing required argument 'inventory'/],
    ['a misspelt command', ['plam', 'inventory/lab.yaml'], /no command `plam`; did you mean `plan`\?/],
    [
      'the command last',
      ['inventory/lab.yaml', 'plan', '--limit', 'node-1'],
      /the command comes first: provision plan inventory\/lab\.yaml/,
    ],
    [
      'an inventory that is not there',
      ['nosuch.yaml'],
      /nosuch\.yaml: cannot be read: there is no such file/,
    ],
    ['an unknown option', ['plan', 'inventory/prod.yaml', '--limitt', 'x'], /Did you mean --limit\?/],
    [
      'an unknown host in --limit',
      ['plan', 'inventory/lab.yaml', '--limit', 'node-9'],
      /--limit node-9: not in the inventory/,
    ],
    [
      'an unknown form of output',
      ['plan', 'inventory/lab.yaml', '--output', 'xml'],
      /Allowed choices are tty, plain, json/,
    ],
    [
      'a number that is none',
      ['plan', 'inventory/lab.yaml', '--timeout', 'soon'],
      /expected a positive number/,
    ],
    [
      'a playbook that is not there',
      ['validate', 'inventory/lab.yaml', '--playbook', 'nosuch.ts'],
      /nosuch\.ts: cannot be loaded/,
    ],
    [
      'a playbook that is none',
      ['validate', 'inventory/lab.yaml', '--playbook', 'vitest.config.ts'],
      /expected `export default definePlaybook/,
    ],
  ])('%s: exit 3', (_, args, message) => {
    const { code, stdout, stderr } = provision(...args);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('a playbook with a mistake of types in its stages says where', () => {
    const file = written(
      'bad.ts',
      "import { definePlaybook } from 'provision-swarm';\nexport default definePlaybook({ name: 'bad', stages: [] )\n",
    );
    const { code, stderr } = provision('validate', 'inventory/lab.yaml', '--playbook', file);
    expect(code).toBe(3);
    expect(stderr).toContain('bad.ts');
  });

  test('a secret that is not to be had is told with its place, before any connection', () => {
    const inventory = (source: string) =>
      written(
        'secret.yaml',
        `cluster: m\nsecrets: { pw: ${source} }\nssh: { sudoPassword: pw }\nhosts: { a: { address: 192.0.2.1, swarm: { role: manager } } }\n`,
      );
    expect(provision('plan', inventory('{ env: NOT_SET_ANYWHERE }'))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /secret\.yaml:2:12 secrets\.pw: the environment variable NOT_SET_ANYWHERE is not set/,
      ),
    });
    const wide = written('wide', 'password\n', 0o644);
    expect(provision('plan', inventory(`{ file: ${wide} }`))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`others can read ${wide}; fix: chmod 600 '${wide}'`),
    });
    expect(provision('plan', inventory('{ file: ./none }'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`cannot read ${join(folder, 'none')}`),
    });
  });

  test('a command that only looks needs no secret of what a run would deploy', () => {
    const file = written(
      'looks.yaml',
      'cluster: m\nsecrets: { admin: { env: NOT_SET_ANYWHERE } }\nssh: { port: 1, config: /dev/null }\nhosts: { a: { address: 127.0.0.1, swarm: { role: manager }, mailu: { front: true } } }\nmailu: { domain: example.org, hostnames: [mail.example.org], admin: { password: admin } }\n',
    );
    for (const [verb = '', ...rest] of [['status'], ['facts'], ['logs', 'imap'], ['remove-stack']])
      expect(provision(verb, file, ...rest).stderr).toContain('nothing listens at 127.0.0.1, port 1');
    for (const verb of ['plan', 'check', 'dns'])
      expect(provision(verb, file)).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('NOT_SET_ANYWHERE is not set'),
      });
  });

  test('a password that Mailu could not use is told before any connection, and is not shown', () => {
    const password = written('password', 'p@ss/word\n');
    const file = written(
      'password.yaml',
      `cluster: m\nsecrets:\n  db: { file: ${password} }\nhosts: { a: { address: 192.0.2.1, swarm: { role: manager }, mailu: { front: true } } }\nmailu: { domain: example.org, hostnames: [mail.example.org], database: { kind: postgresql, server: db, password: db } }\n`,
    );
    const { code, stderr } = provision('plan', file);
    expect(code).toBe(3);
    expect(stderr).toMatch(/password\.yaml:3:3 secrets\.db: its value is not fit: expected letters, digits/);
    expect(stderr).not.toContain('p@ss');
  });

  test('an even number of managers is told at its line', () => {
    const file = written(
      'even.yaml',
      'cluster: m\nhosts:\n  a: { address: 192.0.2.1, swarm: { role: manager } }\n  b: { address: 192.0.2.2, swarm: { role: manager } }\n',
    );
    expect(provision('validate', file)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /even\.yaml:4:37 hosts\.b\.swarm\.role: 2 managers \(a, b\): an even number.*make it 1 or 3/,
      ),
    });
  });
});
