import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { changedLines, figure, finished, json, type Ran, type Tree } from './harness.ts';
import { exec, up } from './lab.ts';
import { BRIDGE } from './network.ts';
import { nodeOf } from './node.ts';
import { $ } from './shell.ts';
import { paths } from './state.ts';
import { failures, on } from './steps.ts';
import { onTerminal } from './terminal.ts';

const PLAYBOOK = fileURLToPath(new URL('./fixtures/many-10.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'provision-ways-in-'));
const file = (name: string) => join(folder, name);
const written = (name: string, text: string, mode = 0o600) => {
  writeFileSync(file(name), text, { mode });
  return file(name);
};
const [one, two, three] = [nodeOf(1), nodeOf(2), nodeOf(3)];
const PORT = 2222;
/** Where sshd allows one session on a connection. */
const NARROW = 2223;
const PASSWORD = 'a password to log in';
const IPV6 = 'fd00:77::11';

/** The public host keys of a node, by type. */
const hostKeys: Record<string, Record<string, string>> = {};
const line = (node: string, type: string, name: string) => `${name} ${hostKeys[node]?.[type]}\n`;
let agent: { socket: string; pid: string };

beforeAll(async () => {
  await up({ nodes: 3, fresh: true });
  for (const { name } of [one, two, three]) {
    const keys = await on(name, 'cat /etc/ssh/ssh_host_*_key.pub');
    hostKeys[name] = Object.fromEntries(
      keys.split('\n').map((text) => {
        const [type = '', key = ''] = text.split(' ');
        return [type, `${type} ${key}`];
      }),
    );
  }
  await on(
    one.name,
    `echo 'root:${PASSWORD}' | chpasswd; ip -6 addr add ${IPV6}/64 dev eth0 nodad
     /usr/sbin/sshd -p ${PORT} -o PasswordAuthentication=yes -o PermitRootLogin=yes -o KbdInteractiveAuthentication=no -o PidFile=none
     /usr/sbin/sshd -p ${NARROW} -o MaxSessions=1 -o PermitRootLogin=yes -o PidFile=none`,
  );
  await $`ip -6 addr add fd00:77::1/64 dev ${BRIDGE} nodad`;
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'the phrase', '-f', file('locked')]);
  await exec(one.name, 'cat >>/root/.ssh/authorized_keys', readFileSync(file('locked.pub'), 'utf8'));
  const { stdout } = await $`ssh-agent -s -a ${file('agent')}`;
  agent = { socket: file('agent'), pid: /SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1] ?? '' };
  const ask = written('ask', "#!/bin/sh\necho 'the phrase'\n", 0o700);
  const env = { ...process.env, SSH_AUTH_SOCK: agent.socket, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force' };
  expect((await $({ env })`ssh-add ${file('locked')}`).exitCode).toBe(0);
});

afterAll(async () => {
  await $`kill ${agent.pid}`;
  await $`ip -6 addr del fd00:77::1/64 dev ${BRIDGE}`;
});

let count = 0;
/** An inventory of one host that is reached in this way. */
const reachedBy = (host: Tree) =>
  written(
    `inventory-${count++}.yaml`,
    stringify({
      cluster: 'ways',
      secrets: { sudo: { file: paths.sudoPassword }, login: { env: 'LOGIN_PASSWORD' } },
      hosts: { here: host },
    }),
  );

/** Converges a small playbook on it. */
async function enter(host: Tree, env: Record<string, string> = {}): Promise<Ran> {
  const inventory = reachedBy(host);
  Object.assign(process.env, { LOGIN_PASSWORD: PASSWORD, ...env });
  return json(inventory, '--playbook', PLAYBOOK);
}

const known = (name: string, ...lines: readonly string[]) => written(name, lines.join(''));
const ED = 'ssh-ed25519';
const usual = { identity: paths.identity, config: '/dev/null' };
const knownOne = () => known('one', line(one.name, ED, one.address));
const knownPort = () => known('port', line(one.name, ED, `[${one.address}]:${PORT}`));
/** Root at the first node, by these settings. */
const root = (ssh: Tree, address = one.address): Tree => ({
  address,
  ssh: { ...usual, user: 'root', ...ssh },
});

type Way = () => { host: Tree; env?: Record<string, string> };
const ways: Readonly<Record<string, Way>> = {
  'a key file': () => ({
    host: root({ knownHosts: knownOne() }),
  }),
  'an agent': () => ({
    host: { address: one.address, ssh: { config: '/dev/null', user: 'root', knownHosts: knownOne() } },
    env: { SSH_AUTH_SOCK: agent.socket },
  }),
  'a key with a passphrase that the agent holds': () => ({
    host: {
      address: one.address,
      ssh: { config: '/dev/null', identity: file('locked'), user: 'root', knownHosts: knownOne() },
    },
    env: { SSH_AUTH_SOCK: agent.socket },
  }),
  'a password': () => ({
    host: root({
      identity: written('unwelcome', readFileSync(file('stranger'), 'utf8')),
      port: PORT,
      password: 'login',
      knownHosts: knownPort(),
    }),
  }),
  'another port': () => ({
    host: root({ port: PORT, hostKeyPolicy: 'yes', knownHosts: knownPort() }),
  }),
  // The lock of the run takes the only session: all else goes through another connection.
  'one session on a connection': () => ({
    host: root({
      port: NARROW,
      knownHosts: known('narrow', line(one.name, ED, `[${one.address}]:${NARROW}`)),
    }),
  }),
  'sudo without a password': () => ({
    host: {
      address: two.address,
      ssh: { ...usual, user: 'admin', knownHosts: known('two', line(two.name, ED, two.address)) },
    },
  }),
  'sudo with a password': () => ({
    host: {
      address: three.address,
      ssh: {
        ...usual,
        user: 'ops',
        sudoPassword: 'sudo',
        knownHosts: known('three', line(three.name, ED, three.address)),
      },
    },
  }),
  'one jump': () => ({
    host: {
      address: two.address,
      ssh: {
        config: written(
          'jump',
          `Host *\n  IdentityFile ${paths.identity}\n  UserKnownHostsFile ${known('both', line(one.name, ED, one.address), line(two.name, ED, two.address))}\n  StrictHostKeyChecking yes\n`,
        ),
        user: 'admin',
        proxyJump: `root@${one.address}`,
      },
    },
  }),
  'two jumps': () => ({
    host: {
      address: three.address,
      ssh: {
        config: written(
          'jumps',
          `Host *\n  IdentityFile ${paths.identity}\n  UserKnownHostsFile ${known('all', ...[one, two, three].map(({ name, address }) => line(name, ED, address)))}\n  StrictHostKeyChecking yes\n`,
        ),
        user: 'ops',
        sudoPassword: 'sudo',
        proxyJump: `root@${one.address},admin@${two.address}`,
      },
    },
  }),
  "an alias of ssh's own settings, with the key under another name": () => ({
    host: {
      address: 'the-first',
      ssh: {
        config: written(
          'alias',
          `Host the-*\n  HostName ${one.address}\n  User root\n  IdentityFile ${paths.identity}\n  IdentitiesOnly yes\n  HostKeyAlias first-machine\n  StrictHostKeyChecking yes\n  UserKnownHostsFile ${known('named', line(one.name, ED, 'first-machine'))}\n`,
        ),
      },
    },
  }),
  'hashed known hosts': () => {
    const hashed = known('hashed', line(one.name, ED, one.address));
    execFileSync('ssh-keygen', ['-q', '-H', '-f', hashed], { stdio: 'ignore' });
    return {
      host: root({ hostKeyPolicy: 'yes', knownHosts: hashed }),
    };
  },
  'a host known by its RSA key': () => ({
    host: root({ hostKeyPolicy: 'yes', knownHosts: known('rsa', line(one.name, 'ssh-rsa', one.address)) }),
  }),
  'a host known by its ECDSA key': () => ({
    host: root({
      hostKeyPolicy: 'yes',
      knownHosts: known('ecdsa', line(one.name, 'ecdsa-sha2-nistp256', one.address)),
    }),
  }),
  IPv6: () => ({
    host: root({ hostKeyPolicy: 'yes', knownHosts: known('six', line(one.name, ED, IPV6)) }, IPV6),
  }),
};

test('every way in converges, and the second run changes nothing', async () => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('stranger')]);
  const { SSH_AUTH_SOCK: before } = process.env;
  for (const [name, way] of Object.entries(ways)) {
    delete process.env.SSH_AUTH_SOCK;
    const { host, env } = way();
    // Each has something to change, so that it takes the lock of the run as well.
    for (const node of [one, two, three]) await on(node.name, 'rm -rf /srv/many');
    const ran = await enter(host, env);
    expect({
      name,
      changes: (finished(ran)?.changes ?? 0) > 0,
      code: ran.code,
      stderr: ran.code === 0 ? '' : ran.stderr,
    }).toEqual({ name, changes: true, code: 0, stderr: '' });
    expect({
      name,
      code: ran.code,
      failures: failures(ran),
      stderr: ran.code === 0 ? '' : ran.stderr,
    }).toEqual({ name, code: 0, failures: [], stderr: '' });
    expect({ name, changes: finished(await enter(host, env))?.changes }).toEqual({ name, changes: 0 });
  }
  if (before !== undefined) process.env.SSH_AUTH_SOCK = before;
  figure('ways in that converge', Object.keys(ways));
});

test('a passphrase is asked for on the terminal, and shown nowhere', async () => {
  delete process.env.SSH_AUTH_SOCK;
  const inventory = reachedBy(root({ identity: file('locked'), knownHosts: knownOne() }));
  const { code, shown } = await onTerminal(
    {},
    { 'Passphrase of': 'the phrase' },
    inventory,
    '--yes',
    '--playbook',
    PLAYBOOK,
  );
  expect({ code, shown: code === 0 ? '' : shown }).toEqual({ code: 0, shown: '' });
  expect(shown).not.toContain('the phrase');
  const [refused] = failures(await json(inventory, '--playbook', PLAYBOOK));
  expect({ code: refused?.code, message: refused?.message }).toEqual({
    code: 'key-file',
    message: expect.stringContaining('has a passphrase'),
  });
});

test('ways that must not are refused, each in its own words, with exit 4 and nothing changed', async () => {
  delete process.env.SSH_AUTH_SOCK;
  const stranger = line(two.name, ED, one.address);
  const refused: Readonly<
    Record<string, { host: Tree; code: string; words: RegExp; env?: Record<string, string> }>
  > = {
    'another key than the known one': {
      host: root({ knownHosts: known('changed', stranger) }),
      code: 'host-key-changed',
      words: /^its host key changed: .*ssh-keygen|^its host key changed/,
    },
    'another key on a jump host': {
      host: {
        address: two.address,
        ssh: {
          config: written(
            'bad-jump',
            `Host *\n  IdentityFile ${paths.identity}\n  UserKnownHostsFile ${known('jump-changed', stranger, line(two.name, ED, two.address))}\n`,
          ),
          user: 'admin',
          proxyJump: `root@${one.address}`,
        },
      },
      code: 'host-key-changed',
      words: /^the jump host 172\.31\.77\.11: its host key changed/,
    },
    'a revoked key': {
      host: root({ knownHosts: known('revoked', `@revoked ${line(one.name, ED, one.address)}`) }),
      code: 'host-key-revoked',
      words: /is revoked by/,
    },
    'an unknown key, where only known ones are let in': {
      host: root({ hostKeyPolicy: 'yes', knownHosts: known('nobody', '') }),
      code: 'host-key-unknown',
      words: /is not known, and hostKeyPolicy is yes/,
    },
    'a wrong password': {
      host: root({ identity: file('stranger'), port: PORT, password: 'login', knownHosts: knownPort() }),
      code: 'auth',
      words: /root may not log in at .*a password/,
      env: { LOGIN_PASSWORD: 'not this one' },
    },
    'a key that others can read': {
      host: root({
        identity: written('wide', readFileSync(paths.identity, 'utf8'), 0o644),
        knownHosts: knownOne(),
      }),
      code: 'key-file',
      words: /others can read the key/,
    },
  };
  for (const [name, { host, code, words, env }] of Object.entries(refused)) {
    const ran = await enter(host, env);
    const [failure] = failures(ran);
    figure(`refused: ${name}`, failure?.message);
    expect({ name, exit: ran.code, code: failure?.code, changed: changedLines(ran) }).toEqual({
      name,
      exit: 4,
      code,
      changed: [],
    });
    expect(failure?.message).toMatch(words);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain('not this one');
  }
});
