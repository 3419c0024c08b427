import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readHosts, readProject } from '../../src/cli/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-hosts-'));
const inventory = (text: string): string => {
  const file = join(folder, 'my.yaml');
  writeFileSync(file, `cluster: office\n${text}`);
  return file;
};

describe('what is about hosts alone needs no site', () => {
  const TWO = 'hosts:\n  web-1: { address: 192.0.2.1 }\n  web-2: { address: 192.0.2.2 }\n';

  test.each([
    ['hosts and nothing else', TWO],
    ['managers in a number that a swarm must not have', TWO.replaceAll(' }', ', swarm: { role: manager } }')],
    ['storage on too few hosts', `${TWO}storage: { kind: glusterfs, replica: 3 }\n`],
  ])('%s', async (_, text) => {
    const file = inventory(text);
    expect((await readHosts(file, undefined)).inventory.hosts.map(({ name }) => name)).toEqual([
      'web-1',
      'web-2',
    ]);
    await expect(readProject(file, undefined)).rejects.toThrow('my.yaml:');
  });

  test.each([
    [
      'an address',
      TWO.replace('192.0.2.1 ', '192.0.2.300 '),
      '3:12 hosts.web-1.address: expected an IP address',
    ],
    ['a login', `ssh: { usr: deploy }\n${TWO}`, '2:8 ssh.usr: unknown key; did you mean `user`?'],
    ['a secret of a login', `ssh: { password: pw }\n${TWO}`, 'there is no secret `pw`'],
    ['a group', `${TWO}groups: { web: { hosts: [web-3] } }\n`, 'there is no host `web-3`'],
    ['a section', `${TWO}swram: {}\n`, 'swram: unknown key; did you mean `swarm`?'],
  ])('and a mistake in %s is told all the same', async (_, text, words) => {
    await expect(readHosts(inventory(text), undefined)).rejects.toThrow(words);
  });
});

test.each([
  ['exec', ['--', 'true'], 0],
  ['facts', [], 0],
  ['names', [], 0],
  ['plan', [], 3],
])('provision %s of hosts alone', { timeout: 240_000 }, (verb, more, code) => {
  const file = inventory('ssh: { become: none }\nhosts: { me: { address: localhost, connection: local } }\n');
  const words = verb === 'names' ? [verb, 'hosts', file] : [verb, file, ...more];
  const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
  const { status, stderr } = spawnSync('node', ['bin/provision.js', ...words], { encoding: 'utf8', env });
  expect(status, stderr).toBe(code);
});
