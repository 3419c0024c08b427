import { beforeAll, expect, test } from 'vitest';
import {
  changedLines,
  counted,
  figure,
  findings,
  finished,
  freshSwarm,
  inventory,
  json,
  nodeList,
  type Tree,
} from './harness.ts';
import { up } from './lab.ts';
import { follow, on } from './steps.ts';

const OLD = ['node-1', 'node-2', 'node-3'];
/** The plan's two, and the lock of the run, which brings the look that decides. */
const BUDGET = Object.fromEntries(OLD.map((node) => [node, { connections: 1, execs: 3 }]));

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

test('a worker that left joins anew; its old entry is named until it is gone', async () => {
  const file = inventory(4);
  expect((await json(file)).code).toBe(0);
  await on('node-4', 'docker swarm leave');
  // A run that sees the entry ready, and then down, tells both, each with its own fix.
  await expect.poll(() => nodeList('node-1'), { timeout: 60_000 }).toContain('node-4 Down Active worker');
  const old = async () => {
    const ran = await json(file);
    expect(ran.code).toBe(0);
    return findings(ran).filter(({ code }) => code === 'old-entry');
  };
  expect(await old()).toHaveLength(1);
  const [left] = await old();
  expect(left).toMatchObject({ level: 'warn', host: 'node-4', message: expect.stringContaining('(down)') });
  figure('an old entry', left);
  await follow(left?.fix[0]);
  expect(await old()).toEqual([]);
  expect((await nodeList('node-1')).filter((line) => line.startsWith('node-4'))).toHaveLength(1);
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
  await only({ 'node-4': { labels: { disk: null } } }, ['node-1: swarm-node node-4: label disk']);
  await only({ 'node-4': { availability: 'drain' } }, ['node-1: swarm-node node-4: availability']);
  expect(await nodeList('node-2')).toContain('node-4 Ready Drain worker');
  await only({}, []);
  await only({ 'node-4': { availability: 'active' } }, ['node-1: swarm-node node-4: availability']);

  // One is promoted and another demoted, so that their number stays odd.
  await only({ 'node-4': { role: 'manager' }, 'node-3': { role: 'worker' } }, [
    'node-1: swarm-node node-3: role',
    'node-1: swarm-node node-4: role',
  ]);
  const list = await nodeList('node-1');
  expect(list).toContain('node-3 Ready Active worker');
  expect(list).toContain('node-4 Ready Active Reachable');
});
