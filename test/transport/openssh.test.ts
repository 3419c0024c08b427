import { mkdtempSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loginOf, loginsOf, pasteable } from '../../src/cli/login.ts';
import type { ProvisionError } from '../../src/errors/index.ts';
import type { InventoryHost } from '../../src/inventory/index.ts';
import { loadInventory } from '../../src/inventory/index.ts';
import { askOpenSsh, readJump } from '../../src/transport/openssh.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-ssh-config-'));
const written = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

written('more', 'Host mail-2\n  User from-the-included\n');
const config = written(
  'config',
  `Include ${join(folder, 'more')}
Host mail-*
  HostName %h.internal.example
  User deploy
  Port 2222
  IdentityFile ~/.ssh/mail
  IdentitiesOnly yes
  CertificateFile ~/.ssh/by-an-authority.pub
  ProxyJump hop@bastion.example:2200,inner
  UserKnownHostsFile ~/.ssh/mail_hosts
  HostKeyAlias the-cluster
  StrictHostKeyChecking yes
  ConnectTimeout 7
Match host bastion.example
  IdentityFile ~/.ssh/bastion
Host inner
  HostName 10.0.0.7
Host strange
  ProxyCommand nc %h %p
Host round
  ProxyJump about
Host about
  ProxyJump round
`,
);

/** The first host of an inventory with this `ssh:`. */
function host(address: string, ssh: string) {
  const file = join(folder, 'inventory.yaml');
  const { inventory, problems } = loadInventory(
    `cluster: m\nhosts:\n  a: { address: ${address}, ssh: { config: ${config}${ssh === '' ? '' : `, ${ssh}`} } }\n`,
    file,
    [],
  );
  if (inventory === undefined) throw new Error(JSON.stringify(problems));
  return { inventory, host: inventory.hosts[0] as InventoryHost };
}
const login = async (address: string, ssh = '', over = {}) => {
  const given = host(address, ssh);
  return loginOf(given.inventory, given.host, over, { SSH_AUTH_SOCK: '/run/agent' });
};

describe("what a person's ssh would do", () => {
  test('patterns, tokens, and all that they set', async () => {
    expect(await login('mail-1')).toEqual({
      address: 'mail-1',
      hostname: 'mail-1.internal.example',
      user: 'deploy',
      port: 2222,
      identities: [join(homedir(), '.ssh/mail')],
      certificates: [join(homedir(), '.ssh/by-an-authority.pub')],
      identitiesFirst: false,
      identitiesOnly: true,
      agent: '/run/agent',
      knownHosts: [
        join(homedir(), '.ssh/mail_hosts'),
        '/etc/ssh/ssh_known_hosts',
        '/etc/ssh/ssh_known_hosts2',
      ],
      hostKeyAlias: 'the-cluster',
      hostKeyPolicy: 'yes',
      connectTimeout: 7,
      password: undefined,
      jumps: [
        expect.objectContaining({
          hostname: 'bastion.example',
          user: 'hop',
          port: 2200,
          identities: [join(homedir(), '.ssh/bastion')],
        }),
        expect.objectContaining({ address: 'inner', hostname: '10.0.0.7', port: 22 }),
      ],
    });
  });

  test('what is included comes first, and an unknown name is plain', async () => {
    expect((await login('mail-2')).user).toBe('from-the-included');
    expect(await login('192.0.2.1')).toMatchObject({
      hostname: '192.0.2.1',
      user: userInfo().username,
      port: 22,
      identities: undefined,
      certificates: undefined,
      hostKeyPolicy: 'accept-new',
      connectTimeout: 10,
      jumps: [],
    });
  });

  test('the inventory is over it, and the command line over the inventory', async () => {
    const own =
      'user: ops, port: 2022, identity: key, knownHosts: known, hostKeyPolicy: no, proxyJump: other';
    expect(await login('mail-1', own)).toMatchObject({
      hostname: 'mail-1.internal.example',
      user: 'ops',
      port: 2022,
      identities: [join(folder, 'key')],
      knownHosts: [join(folder, 'known')],
      hostKeyPolicy: 'no',
      jumps: [{ hostname: 'other' }],
    });
    expect(await login('mail-1', own, { user: 'root', identity: ['/k'] })).toMatchObject({
      user: 'root',
      identities: ['/k'],
    });
  });

  test('what cannot be followed is all said at once, as a mistake of a person', async () => {
    const { inventory } = host('a', '');
    const [one] = inventory.hosts as [InventoryHost];
    const named = (name: string, proxyJump?: string): InventoryHost => ({
      ...one,
      name,
      address: name,
      ssh: { ...one.ssh, ...(proxyJump === undefined ? {} : { proxyJump }) },
    });
    const hosts = [one, named('strange'), named('round'), named('b', 'me@:x')];
    const wrong = loginsOf({ ...inventory, hosts }, {}, {});
    await expect(wrong).rejects.toMatchObject({ code: 'ssh-config', exit: 3 });
    const said: ProvisionError = await wrong.catch((error) => error);
    expect(said.message.split('\n')).toEqual([
      'strange: ssh is set to go through a ProxyCommand, which is not run here',
      expect.stringMatching(/^ProxyJump goes round in a circle at (round|about)$/),
      'ProxyJump me@:x: expected [user@]host[:port]',
    ]);
    expect(said.fix.length).toBe(3);
  });

  test('a file with a mistake is refused in the words of ssh', async () => {
    const wrong = written('wrong', 'Host mail\n  HostNam a\n  Prot 22\n');
    await expect(askOpenSsh('a', { config: wrong })).rejects.toThrow(
      /^\S+wrong: line 2: Bad configuration option: hostnam; \S+wrong: line 3: Bad configuration option: prot$/,
    );
  });

  test('a command in it that waits is not waited for', async () => {
    const waits = written('waits', 'Match exec "sleep 20"\n  User a\n');
    await expect(askOpenSsh('a', { config: waits }, 500)).rejects.toThrow(
      'ssh -G a did not end within 0.5 s: a Match exec in them may wait',
    );
  });

  test('no file of a key is none, and not one of that name', async () => {
    const none = written('none', 'IdentityFile none\n');
    expect((await askOpenSsh('a', { config: none })).identities).toEqual([]);
  });
});

test.each([
  ['bastion', { host: 'bastion' }],
  ['me@bastion:22', { host: 'bastion', user: 'me', port: 22 }],
  ['ssh://me@[2001:db8::1]:2200', { host: '2001:db8::1', user: 'me', port: 2200 }],
])('the jump %s', (text, expected) => {
  expect(readJump(text)).toEqual(expected);
});

test('a command to paste says what the inventory says, and leaves the rest to ssh', async () => {
  const given = host('mail-1', 'user: root, port: 2022, proxyJump: other');
  const known = await loginOf(given.inventory, given.host, {}, {});
  expect(pasteable(given.host, known, 'docker node ls')).toBe(
    `ssh -F ${config} -p 2022 -J other root@mail-1 'docker node ls'`,
  );
  expect(pasteable(given.host, known, 'docker swarm unlock', { asks: true })).toBe(
    `ssh -t -F ${config} -p 2022 -J other root@mail-1 'docker swarm unlock'`,
  );
});
