import { beforeEach, describe, expect, test } from 'vitest';
import {
  bareNodes,
  changedLines,
  counted,
  dockerNodes,
  figure,
  inventory,
  json,
  NODES,
  type Ran,
  refusals,
} from './harness.ts';
import { cut, exec, heal, start, stop } from './lab.ts';

/** Does something by hand on a node, which has to succeed. */
async function byHand(node: string, command: string): Promise<string> {
  const { code, stdout, stderr } = await exec(node, `set -e; ${command}`);
  if (code !== 0) throw new Error(`${node}: ${command}: ${stderr}`);
  return stdout.trim();
}

/** What a run must not have touched: packages, Docker's files, and the swarm as the node knows it. */
async function fingerprints(nodes: readonly string[] = NODES): Promise<readonly string[]> {
  const command = `dpkg-query -W | sha256sum; ls -lR /etc/docker 2>/dev/null;
    command -v docker >/dev/null && docker info --format '{{.Swarm.LocalNodeState}} {{.Swarm.NodeID}}'; true`;
  return Promise.all(nodes.map(async (node) => (await exec(node, command)).stdout));
}

async function refusedAs(
  code: string,
  run: () => Promise<Ran>,
  nodes: readonly string[] = NODES,
): Promise<Ran> {
  const before = await fingerprints(nodes);
  const ran = await run();
  expect({ exit: ran.code, codes: refusals(ran).map((finding) => finding.code) }).toEqual({
    exit: 5,
    codes: [code],
  });
  for (const { fix } of refusals(ran)) expect(fix.length).toBeGreaterThan(0);
  expect(changedLines(ran)).toEqual([]);
  expect(await fingerprints(nodes)).toEqual(before);
  figure(`refused as ${code}`, refusals(ran)[0]?.message);
  return ran;
}

test('an even number of managers is a configuration error, before any connection', async () => {
  await bareNodes();
  const file = inventory(2);
  const { result, counts } = await counted(NODES, () => json(file));
  expect(result.code).toBe(3);
  expect(result.stderr).toMatch(/:\d+:\d+ hosts\.node-2\.swarm\.role: 2 managers .*an even number/);
  expect(counts).toEqual(Object.fromEntries(NODES.map((node) => [node, { connections: 0, execs: 0 }])));
});

describe('on bare nodes', () => {
  beforeEach(() => bareNodes());

  test('a silent manager and no swarm seen: refused, nothing changed', async () => {
    await stop('node-3');
    const ran = await refusedAs('silent-manager', () => json(inventory(3)), ['node-1', 'node-2']);
    expect(ran.events.find(({ kind }) => kind === 'host-failed')?.host).toBe('node-3');
    await start('node-3');
    expect((await json(inventory(3))).code).toBe(0);
  });

  test('a limit that leaves out the host that would make the swarm: refused', async () => {
    const ran = await refusedAs('left-out', () => json(inventory(3), '--limit', 'node-3'));
    expect(refusals(ran)).toMatchObject([
      { host: 'node-3', fix: ['run without --limit, or with node-1 in it'] },
    ]);
  });

  test('two hosts with the same machine id: refused', async () => {
    const { stdout } = await exec('node-1', 'cat /etc/machine-id');
    await exec('node-2', `printf '%s' '${stdout.trim()}\n' >/etc/machine-id`);
    await refusedAs('duplicate-machine-id', () => json(inventory(3)));
  });

  test('hosts that do not reach each other: refused', async () => {
    await cut('node-2');
    const ran = await json(inventory(3));
    expect(ran.code).toBe(5);
    expect(new Set(refusals(ran).map(({ code }) => code))).toEqual(new Set(['port-blocked']));
    await heal('node-2');
    expect((await json('plan', inventory(3))).code).toBe(0);
  });
});

describe('with a swarm that was there before', () => {
  beforeEach(() => dockerNodes());

  test('two cluster ids: refused', async () => {
    await Promise.all(['node-1', 'node-2'].map((node) => byHand(node, 'docker swarm init')));
    const ran = await refusedAs('two-swarms', () => json(inventory(3)));
    expect(refusals(ran)[0]?.message).toMatch(/node-1 in \w{25}; node-2 in \w{25}/);
  });

  test("a host in somebody else's swarm: refused", async () => {
    await byHand('node-2', 'docker swarm init');
    const token = await byHand('node-2', 'docker swarm join-token -q worker');
    await byHand('node-3', `docker swarm join --token ${token} 172.31.77.12:2377`);
    const file = inventory(3, ({ hosts }) => {
      delete hosts['node-2'];
      hosts['node-3'] = { ...hosts['node-3'], swarm: { role: 'worker' } };
    });
    await refusedAs('foreign-swarm', () => json(file), ['node-1', 'node-3']);
  });

  test("managers that are somebody else's: refused", async () => {
    await byHand('node-2', 'docker swarm init');
    const token = await byHand('node-2', 'docker swarm join-token -q manager');
    await byHand('node-3', `docker swarm join --token ${token} 172.31.77.12:2377`);
    const file = inventory(3, ({ hosts }) => {
      delete hosts['node-2'];
      hosts['node-3'] = { ...hosts['node-3'], swarm: { role: 'worker' } };
    });
    const ran = await json(file);
    expect(ran.code).toBe(5);
    expect(refusals(ran).map(({ code }) => code)).toContain('unknown-manager');
    expect(changedLines(ran)).toEqual([]);
  });
});
