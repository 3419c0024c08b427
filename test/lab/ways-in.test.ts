import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { changedLines, figure, findings, finished, json, type Ran, type Tree } from './harness.ts';
import { exec, up } from './lab.ts';
import { BRIDGE } from './network.ts';
import { nodeOf } from './node.ts';
import { $, sleep } from './shell.ts';
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
      words: /root cannot log in at .*a password/,
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

const asOps = (): Tree => ({
  address: three.address,
  ssh: {
    ...usual,
    user: 'ops',
    sudoPassword: 'sudo',
    knownHosts: known('ops', line(three.name, ED, three.address)),
  },
});
const asAdmin = (): Tree => ({
  address: two.address,
  ssh: { ...usual, user: 'admin', knownHosts: known('admin', line(two.name, ED, two.address)) },
});

test('a machine that is still starting lets only root in, and is waited for', async () => {
  const words =
    'System is booting up. Unprivileged users are not permitted to log in yet. Please come back later. For technical details, see pam_nologin(8).';
  await on(two.name, `echo '"${words}"' >/run/nologin; rm -rf /srv/many`);
  try {
    const running = enter(asAdmin());
    await sleep(8000);
    await on(two.name, 'rm /run/nologin');
    const ran = await running;
    const waited = ran.events.filter(({ kind }) => kind === 'gate-waiting');
    expect({ code: ran.code, waited: waited.length > 0 }).toEqual({ code: 0, waited: true });
    expect(waited[0]).toMatchObject({
      host: 'here',
      reason: expect.stringContaining('it said "System is booting up.'),
    });
  } finally {
    await on(two.name, 'rm -f /run/nologin');
  }
});

/** What people's machines are like when they are met first. `undo` is what the fix says, as root on the host. */
const met: Readonly<
  Record<
    string,
    { node: string; host: () => Tree; make: string; undo: string; code: string; exit: number; words: RegExp }
  >
> = {
  'an account that has expired': {
    node: two.name,
    host: asAdmin,
    make: 'chage -E 1 admin',
    undo: 'chage -E -1 admin',
    code: 'auth',
    exit: 4,
    words: /^it said "Your account has expired.*the key of admin is right, but the account has expired/,
  },
  'a password that has to be changed': {
    node: two.name,
    host: asAdmin,
    make: 'echo admin:something | chpasswd; chage -d 0 admin',
    undo: 'chage -d "$(date +%F)" admin',
    code: 'no-shell',
    exit: 4,
    words: /password/i,
  },
  maintenance: {
    node: two.name,
    host: asAdmin,
    make: "echo 'Down for maintenance until noon.' >/etc/nologin",
    undo: 'rm /etc/nologin',
    code: 'auth',
    exit: 4,
    words: /^it said "Down for maintenance until noon\." and closed the connection: it does not let admin in/,
  },
  'a login that sshd does not let in': {
    node: two.name,
    host: asAdmin,
    make: "echo 'DenyUsers admin' >/etc/ssh/sshd_config.d/zz-try.conf; systemctl reload ssh",
    undo: 'rm /etc/ssh/sshd_config.d/zz-try.conf; systemctl reload ssh',
    code: 'auth',
    exit: 4,
    words: /^admin cannot log in at/,
  },
  'only post-quantum key exchange': {
    node: two.name,
    host: asAdmin,
    make: "echo 'KexAlgorithms sntrup761x25519-sha512@openssh.com' >/etc/ssh/sshd_config.d/zz-try.conf; systemctl reload ssh",
    undo: 'rm /etc/ssh/sshd_config.d/zz-try.conf; systemctl reload ssh',
    code: 'algorithms',
    exit: 4,
    words:
      /have no key exchange in common\. It offers sntrup761x25519-sha512@openssh\.com.*; here there are .*curve25519-sha256/,
  },
  'a login shell that is none': {
    node: two.name,
    host: asAdmin,
    make: 'usermod -s /usr/sbin/nologin admin',
    undo: 'usermod -s /bin/bash admin',
    code: 'no-shell',
    exit: 4,
    words: /This account is currently not available/,
  },
  'a login that never comes to its shell': {
    node: two.name,
    host: asAdmin,
    make: "sed -i '1i echo Choose a project:; sleep 300' /home/admin/.bashrc",
    undo: 'sed -i 1d /home/admin/.bashrc; pkill -x sleep',
    code: 'no-shell',
    exit: 4,
    words:
      /^it said "Choose a project:", and after 30 s the shell of the login has not begun what it was sent$/,
  },
  requiretty: {
    node: three.name,
    host: asOps,
    make: "echo 'Defaults requiretty' >/etc/sudoers.d/zz-try",
    undo: 'rm /etc/sudoers.d/zz-try',
    code: 'sudo-refused',
    exit: 2,
    words: /^sudo said "sudo: .*must have a tty.*it wants a terminal/,
  },
  rootpw: {
    node: three.name,
    host: asOps,
    make: "echo 'Defaults rootpw' >/etc/sudoers.d/zz-try",
    undo: 'rm /etc/sudoers.d/zz-try',
    code: 'sudo-refused',
    exit: 2,
    words: /it asks for the password of root and not of the login/,
  },
};

test.each(Object.entries(met))(
  '%s: its words come first, and what they say to do helps',
  async (name, state) => {
    const { node, host, make, undo, code, exit, words } = state;
    await on(node, make);
    let ran: Ran | undefined;
    try {
      ran = await enter(host());
    } finally {
      await on(node, undo);
    }
    const [failure] = failures(ran);
    figure(`met: ${name}`, [failure?.message, failure?.fix]);
    expect({ exit: ran.code, code: failure?.code, changed: changedLines(ran) }).toEqual({
      exit,
      code,
      changed: [],
    });
    expect(failure?.message).toMatch(words);
    expect((await enter(host())).code).toBe(0);
  },
);

test('sudo-rs, which reads ahead, runs all of a script', async () => {
  await on(
    three.name,
    'apt-get -qq update >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y sudo-rs >/dev/null 2>&1; ln -s "$(command -v sudo-rs || ls /usr/lib/cargo/bin/sudo)" /usr/local/bin/sudo; rm -rf /srv/many',
  );
  try {
    figure('sudo-rs', await on(three.name, "dpkg -s sudo-rs | sed -n 's/^Version: //p'"));
    const ran = await enter(asOps());
    expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
    expect(finished(ran)?.changes).toBeGreaterThan(0);
    expect(finished(await enter(asOps()))?.changes).toBe(0);
  } finally {
    await on(three.name, 'rm /usr/local/bin/sudo');
  }
});

test('a process that the login leaves running with its output is named, and costs seconds', async () => {
  await on(two.name, "sed -i '1i sleep 1000 &' /home/admin/.bashrc");
  try {
    const begin = Date.now();
    const ran = await enter(asAdmin());
    const warned = findings(ran).filter(({ code }) => code === 'session-held-open');
    figure('a session that is held open: seconds of a run, what is said', [
      Math.round((Date.now() - begin) / 1000),
      warned.map(({ message, fix }) => [message, fix]),
    ]);
    expect({ code: ran.code, warned: warned.length }).toEqual({ code: 0, warned: 1 });
    expect(warned[0]?.message).toMatch(/^sleep 1000 \(process \d+\) keeps each session open/);
  } finally {
    await on(two.name, 'sed -i 1d /home/admin/.bashrc; pkill -x sleep');
  }
});
