import { beforeAll, expect, test } from 'vitest';
import {
  changedLines,
  counted,
  figure,
  finished,
  freshSwarm,
  inventory,
  json,
  nodeList,
  type Tree,
} from './harness.ts';
import { up } from './lab.ts';

const OLD = ['node-1', 'node-2', 'node-3'];
const BUDGET = Object.fromEntries(OLD.map((node) => [node, { connections: 1, execs: 2 }]));

beforeAll(async () => {
  await freshSwarm();
  await up({ nodes: 4 });
});

/** The lab's nodes with a section for the swarm on some of them. */
function withSwarm(nodes: number, settings: Record<string, Tree>): string {
  return inventory(nodes, ({ hosts }) => {
    for (const [name, swarm] of Object.entries(settings)) hosts[name] = { ...hosts[name], swarm };
  });
}

test('a fourth host joins; the other three get nothing beyond the two execs of the plan', async () => {
  const file = inventory(4);
  const { result, counts } = await counted(OLD, () => json(file));
  expect(result.code).toBe(0);
  expect(new Set(changedLines(result).map((line) => line.split(':')[0]))).toEqual(new Set(['node-4']));
  expect(counts).toEqual(BUDGET);
  figure('a fourth host joins; the others at sshd', counts);
  expect((await nodeList('node-1')).at(-1)).toBe('node-4 Ready Active worker');
  expect(finished(await json(file))?.changes).toBe(0);
});

test('a label, availability and a role change that, and only that', async () => {
  const only = async (settings: Record<string, Tree>, expected: readonly string[]) => {
    const file = withSwarm(4, settings);
    const ran = await json(file);
    expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 0, changed: expected });
    expect(finished(await json(file))?.changes).toBe(0);
  };
  expect((await json(inventory(4))).code).toBe(0);

  await only({ 'node-4': { labels: { disk: 'ssd' } } }, ['node-1: swarm-node node-4: label disk']);
  await only({ 'node-4': { labels: { disk: 'hdd' } } }, ['node-1: swarm-node node-4: label disk']);
  await only({ 'node-4': { availability: 'drain' } }, [
    'node-1: swarm-node node-4: availability',
    'node-1: swarm-node node-4: label disk',
  ]);
  expect(await nodeList('node-2')).toContain('node-4 Ready Drain worker');
  await only({}, ['node-1: swarm-node node-4: availability']);

  // One is promoted and another demoted, so that their number stays odd.
  await only({ 'node-4': { role: 'manager' }, 'node-3': { role: 'worker' } }, [
    'node-1: swarm-node node-3: role',
    'node-1: swarm-node node-4: role',
  ]);
  const list = await nodeList('node-1');
  expect(list).toContain('node-3 Ready Active worker');
  expect(list).toContain('node-4 Ready Active Reachable');
});
