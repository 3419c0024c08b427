import { expect, test } from 'vitest';
import { clusterSettings, type Swarm } from '../../playbooks/settings/swarm.ts';
import { inspectAddresses } from '../../playbooks/swarm/addresses.ts';
import { membership, nodeResources } from '../../playbooks/swarm/members.ts';
import type { SwarmFacts } from '../../src/facts/index.ts';
import { nodeLabel } from '../../src/index.ts';
import { host, node, says } from './swarm.ts';

const given = (...facts: readonly SwarmFacts[]) => {
  const hosts = facts.map((swarm, index) => {
    const one = host(`mail-${index + 1}`, 'manager', swarm);
    return { ...one, settings: { ...one.settings, labels: {} } };
  });
  return { name: 'mail', hosts, settings: clusterSettings.parse({}), others: {} } as unknown as Swarm;
};

/** The managers that a bare second host joins through, where the first is listed at an address. */
const through = (address: string) => {
  const manager = { leader: true, reachable: true, address };
  const cluster = given(says.manager('n1', [node('mail-1', 'n1', { manager })]), says.inactive);
  const [, joining] = cluster.hosts;
  const [member] = membership(joining as never, cluster, 'manager');
  const inactive =
    '{"NodeID":"","NodeAddr":"","LocalNodeState":"inactive","ControlAvailable":false,"Error":""}\n';
  const judged = member?.judge({ code: 0, stdout: inactive, stderr: '' }, { paths: new Set() });
  if (judged?.state !== 'observed') throw new Error('not observed');
  const tokens = { manager: 'token', worker: 'token' };
  const script = judged
    .steps((ref) => ({ reveal: () => tokens, ...ref }) as never)
    .map((step) => step.script.reveal())
    .join();
  return [...script.matchAll(/"RemoteAddrs":\["([^"]*)"\]/g)].map(([, found]) => found);
};

test.each([
  ['192.0.2.7:2377', '192.0.2.7:2377'],
  // As Docker lists one that has not known its own address.
  ['0.0.0.0:2377', '192.0.2.1:2377'],
  ['127.0.0.1:2377', '192.0.2.1:2377'],
  ['[2001:db8::1]:2377', '192.0.2.1:2377'],
])('a host joins through a manager that is listed at %s', (listed, asked) => {
  expect(through(listed)).toEqual([asked]);
});

const at = (nodeAddress: string) => {
  const swarm = says.manager('n1', [node('mail-1', 'n1')]);
  const cluster = given({
    ...swarm,
    info: { ...(swarm.info as NonNullable<SwarmFacts['info']>), nodeAddress },
  });
  return inspectAddresses(cluster);
};

test('a member at an address that it does not have is not told to write that into the inventory, and be quiet', () => {
  expect(at('192.0.2.1')).toEqual([]);
  const [lost] = at('192.0.2.250');
  expect(lost).toMatchObject({ level: 'warn', code: 'other-advertise-address' });
  expect(lost?.message).toContain('is not one of its addresses (192.0.2.1)');
  expect(lost?.fix[0]).toBe('give it 192.0.2.250 again, for good, and restart its Docker');
});

test('what the lead is told about a node is about that node, for --limit', () => {
  const nodes = [node('mail-1', 'n1'), node('mail-2', 'n2')];
  const resources = nodeResources(given(says.manager('n1', nodes), says.manager('n2', nodes)));
  expect(resources.map(({ about }) => about)).toEqual(['mail-1', 'mail-2']);
  expect(nodeLabel({ host: 'mail-2', name: 'front', value: 'yes' }).about).toBe('mail-2');
});
