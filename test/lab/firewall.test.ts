import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { closeFirewalls, FIREWALL_DRIFTS } from './firewalls.ts';
import {
  changedLines,
  counted,
  figure,
  finished,
  inventory,
  json,
  NODES,
  nodeList,
  plannedLines,
} from './harness.ts';
import { up } from './lab.ts';
import { nodeOf } from './node.ts';
import { failures, on } from './steps.ts';

/** Whether this machine, which is no node, gets an answer. */
const answers = (node: number, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host: nodeOf(node).address, port, timeout: 2000 });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });

test('behind ufw, firewalld and nftables: the nodes are let in, nobody else is, and what is closed by hand is opened', async () => {
  await up({ nodes: 3, fresh: true, internet: true });
  await closeFirewalls();
  const file = inventory(3, (tree) => {
    tree.storage = { kind: 'glusterfs', replica: 3, allowRootFilesystem: true };
    tree.swarm = { networks: { mail: { subnet: '10.202.0.0/24', attachable: true } } };
  });
  const kept = inventory(3, (tree) => {
    tree.base = { firewall: 'keep' };
  });
  expect(failures(await json(kept)).length + (await json('plan', kept)).code).toBe(5);

  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  for (const line of await nodeList('node-1')) expect(line).toMatch(/ Ready Active (Leader|Reachable)$/);
  for (const node of NODES) expect(await on(node, 'gluster peer status | grep -c Connected')).toBe('2');
  const { result, counts } = await counted(NODES, () => json(file));
  expect(finished(result)?.changes).toBe(0);
  figure('behind three firewalls: no-op run, counted at sshd', counts['node-2']);

  for (const node of [1, 2, 3]) {
    expect(await answers(node, 22)).toBe(true);
    for (const port of [2377, 7946, 24007])
      expect([node, port, await answers(node, port)]).toEqual([node, port, false]);
  }

  for (const { done } of FIREWALL_DRIFTS) for (const { node, command } of done) await on(node, command);
  const planned = await json('plan', file);
  expect(plannedLines(planned)).toEqual(FIREWALL_DRIFTS.flatMap(({ lines }) => lines));
  const mended = await json(file);
  expect({ code: mended.code, changed: changedLines(mended) }).toEqual({
    code: 0,
    changed: plannedLines(planned),
  });
  await on('node-3', 'systemctl restart nftables');
  expect(finished(await json(file))?.changes).toBe(0);
});
