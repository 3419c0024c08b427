import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Secret, sh } from '../../src/shell/index.ts';
import { connectSsh, type SshTarget } from '../../src/transport/ssh.ts';
import { withSudo } from '../../src/transport/sudo.ts';
import { transportContract } from '../transport/contract.ts';
import { counted } from './harness.ts';
import { exec, up } from './lab.ts';
import { nodeOf } from './node.ts';
import { $, sleep } from './shell.ts';
import { paths } from './state.ts';

beforeAll(() => up({ nodes: 3 }));

function target(number: number, change: Partial<SshTarget> = {}): SshTarget {
  const { name, address, login } = nodeOf(number);
  return {
    name,
    address,
    port: 22,
    user: login.user,
    identities: [paths.identity],
    knownHosts: [paths.knownHosts],
    hostKeyPolicy: 'no',
    connectTimeout: 10_000,
    ...change,
  };
}

const password = () => new Secret(readFileSync(paths.sudoPassword, 'utf8').trim());

transportContract({ name: 'ssh as root', make: () => connectSsh(target(1)) });
transportContract({
  name: 'ssh and sudo without a password',
  givesStdin: false,
  make: async () => withSudo(await connectSsh(target(2)), new Secret('never sent')),
});
transportContract({
  name: 'ssh and sudo with a password',
  givesStdin: false,
  make: async () => withSudo(await connectSsh(target(3)), password()),
});

describe('becoming root', () => {
  test.each([1, 2, 3])('on node-%i, in one exec on one connection', async (number) => {
    const { result, counts } = await counted([`node-${number}`], async () => {
      await using transport = withSudo(await connectSsh(target(number)), password());
      return await transport.run(sh`id -u`);
    });
    expect(result).toEqual({ code: 0, stdout: '0\n', stderr: '' });
    expect(counts[`node-${number}`]).toEqual({ connections: 1, execs: 1 });
  });

  test('a wrong password and a missing one are told apart, and end at once', async () => {
    const begin = Date.now();
    await using wrong = withSudo(await connectSsh(target(3)), new Secret('wrong'));
    await expect(wrong.run(sh`id -u`)).rejects.toMatchObject({ failure: 'sudo-refused' });
    await using none = withSudo(await connectSsh(target(3)), undefined);
    await expect(none.run(sh`id -u`)).rejects.toMatchObject({ failure: 'sudo-password-missing' });
    expect(Date.now() - begin).toBeLessThan(15_000);
  });

  test('text of the login shell is not taken for an answer', async () => {
    await exec('node-2', "sed -i '1i echo welcome to this machine' /home/admin/.bashrc");
    await using transport = withSudo(await connectSsh(target(2)), undefined);
    expect((await transport.run(sh`id -u`)).stdout).toMatch(/0\n$/);
    await exec('node-2', "sed -i '1d' /home/admin/.bashrc");
  });
});

describe('what keeps us out has a name', () => {
  test.each([
    ['a port where nothing listens', { port: 4 }, 'not-listening'],
    ['an address that nobody has', { address: '172.31.77.99' }, 'unreachable'],
    ['a login that is not let in', { user: 'nobody' }, 'auth'],
    [
      'an unknown key under `yes`',
      { hostKeyPolicy: 'yes', knownHosts: ['/nonexistent/known_hosts'] },
      'host-key-unknown',
    ],
    ['a key file that is not there', { identities: ['/nonexistent/key'] }, 'key-file'],
  ] as const)('%s', async (_, change, failure) => {
    await expect(connectSsh(target(1, change))).rejects.toMatchObject({ failure, exit: 4 });
  });

  test('a machine that says nothing', async () => {
    await exec('node-1', 'iptables -I INPUT -p tcp --dport 22 -j DROP');
    try {
      await expect(connectSsh(target(1, { connectTimeout: 1500 }))).rejects.toMatchObject({
        failure: 'timeout',
      });
    } finally {
      await exec('node-1', 'iptables -D INPUT -p tcp --dport 22 -j DROP');
    }
  });

  test('a connection that dies while a script runs', async () => {
    await using transport = await connectSsh(target(1));
    const running = transport.run(sh`sleep 60`).catch((error: unknown) => error);
    await sleep(1000);
    await exec('node-1', "pkill -KILL -f 'sshd(-session)?: root@notty'");
    expect(await running).toMatchObject({ failure: 'lost', exit: 4 });
    await expect(transport.run(sh`true`)).rejects.toMatchObject({ failure: 'lost' });
  });

  test('an agent is asked, and one that is gone does not hinder', async () => {
    const agent = await $`ssh-agent -s`;
    const socket = /SSH_AUTH_SOCK=([^;]+)/.exec(agent.stdout)?.[1] ?? '';
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent.stdout)?.[1]);
    try {
      await expect(connectSsh(target(1, { identities: [], agent: socket }))).rejects.toMatchObject({
        failure: 'auth',
      });
      expect(
        (await $({ env: { ...process.env, SSH_AUTH_SOCK: socket } })`ssh-add -q ${paths.identity}`).exitCode,
      ).toBe(0);
      await using transport = await connectSsh(target(1, { identities: [], agent: socket }));
      expect((await transport.run(sh`id -un`)).stdout).toBe('root\n');
    } finally {
      process.kill(pid);
    }
    await using transport = await connectSsh(target(1, { agent: socket }));
    expect((await transport.run(sh`id -un`)).stdout).toBe('root\n');
  });
});
