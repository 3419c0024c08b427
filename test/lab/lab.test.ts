import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { figure } from './harness.ts';
import { cut, down, exec, heal, kill, start, status, stop, up, wipe } from './lab.ts';
import { nodeOf } from './node.ts';
import { $ } from './shell.ts';
import { paths } from './state.ts';

beforeAll(() => up({ nodes: 3, fresh: true }));

async function reaches(node: string, number: number): Promise<boolean> {
  const { address } = nodeOf(number);
  return (await exec(node, `timeout 2 bash -c 'exec 3<>/dev/tcp/${address}/22'`)).code === 0;
}

async function identityOf(node: string): Promise<{ machineId: string; hostKey: string; hostname: string }> {
  const read = async (command: string) => (await exec(node, command)).stdout.trim();
  return {
    machineId: await read('cat /etc/machine-id'),
    hostKey: await read('cat /etc/ssh/ssh_host_ed25519_key.pub | cut -d" " -f2'),
    hostname: await read('hostname'),
  };
}

const here = async (number: number) =>
  (await $`timeout 2 bash -c ${`exec 3<>/dev/tcp/${nodeOf(number).address}/22`}`).exitCode === 0;

test('three nodes boot from a warm cache in under 30 s', async () => {
  await down();
  const begin = Date.now();
  await up({ nodes: 3 });
  const seconds = (Date.now() - begin) / 1000;
  figure('three nodes from a warm cache, engine and image included, seconds', seconds.toFixed(1));
  expect(seconds).toBeLessThan(30);
});

test('nodes are bare, differ, and are entered in different ways', async () => {
  const nodes = ['node-1', 'node-2', 'node-3'];
  const identities = await Promise.all(nodes.map(identityOf));
  expect(identities.map(({ hostname }) => hostname)).toEqual(nodes);
  expect(new Set(identities.map(({ machineId }) => machineId)).size).toBe(3);
  expect(new Set(identities.map(({ hostKey }) => hostKey)).size).toBe(3);
  for (const node of nodes)
    expect((await exec(node, 'command -v dockerd docker gluster unbound')).code).not.toBe(0);
  const sudo = (node: string, user: string) => exec(node, `su ${user} -c 'sudo -n id -u'`);
  expect((await sudo('node-2', 'admin')).stdout).toBe('0\n');
  expect((await sudo('node-3', 'ops')).code).not.toBe(0);
});

test('cut drops what goes between nodes and nothing else; heal undoes it', async () => {
  await cut('node-2');
  await cut('node-2');
  expect([
    await reaches('node-1', 2),
    await reaches('node-2', 3),
    await reaches('node-1', 3),
    await here(2),
  ]).toEqual([false, false, true, true]);
  expect((await status()).map(({ state }) => state)).toEqual(['running', 'cut', 'running']);
  await heal('node-2');
  await heal('node-2');
  expect([await reaches('node-1', 2), await reaches('node-2', 3)]).toEqual([true, true]);
});

test('a node that was stopped or lost its power is the same machine; one that was wiped is another', async () => {
  const before = await identityOf('node-1');
  await stop('node-1');
  expect((await status())[0]?.state).toBe('stopped');
  await start('node-1');
  expect(await identityOf('node-1')).toEqual(before);
  await kill('node-1');
  await start('node-1');
  expect(await identityOf('node-1')).toEqual(before);
  expect(
    (
      await exec(
        'node-1',
        'getent hosts $(sed -n "s|^deb [a-z]*://\\([^/]*\\).*|\\1|p;q" /etc/apt/sources.list)',
      )
    ).code,
  ).toBe(0);
  await wipe('node-1');
  const after = await identityOf('node-1');
  expect(after.hostname).toBe(before.hostname);
  expect(after.machineId).not.toBe(before.machineId);
  expect(after.hostKey).not.toBe(before.hostKey);
});

test('what an interrupted run left does not hinder the next', async () => {
  process.kill(Number(readFileSync(join(paths.engine, 'docker.pid'), 'utf8')), 'SIGKILL');
  await up({ nodes: 3 });
  expect((await status()).map(({ state }) => state)).toEqual(['running', 'running', 'running']);
});

test('down leaves nothing behind', async () => {
  await down();
  const left =
    await $`ip -o link show | grep provlab; iptables-save | grep -E '172.31.77|provlab'; mount | grep provision-lab; ps -eo args= | grep '[p]rovision-lab.sock'; true`;
  expect(left.stdout).toBe('');
  // The credentials of mail are there where the registry was ever made.
  const kept = (await $`ls /var/lib/provision-lab`).stdout.trim().split('\n');
  expect(kept.filter((name) => name !== 'mail').toSorted()).toEqual([
    'id_ed25519',
    'id_ed25519.pub',
    'images',
    'sudo-password',
  ]);
});
