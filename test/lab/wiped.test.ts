import { beforeAll, expect, test } from 'vitest';
import { changedLines, figure, finished, freshSwarm, json, nodeList, refusals } from './harness.ts';
import { exec, wipe } from './lab.ts';
import { failures, follow } from './steps.ts';
import { watchQuorum } from './watch.ts';

let file = '';
beforeAll(async () => {
  file = await freshSwarm();
});

test('a manager that was wiped comes back as one of three, by the words of the runs alone', async () => {
  const { stdout: cluster } = await exec('node-2', "docker info --format '{{.Swarm.Cluster.ID}}'");
  await wipe('node-1');
  const quorum = watchQuorum('node-2');

  const first = await json(file);
  expect(first.code).toBe(4);
  expect(failures(first)).toMatchObject([{ host: 'node-1', code: 'host-key-changed' }]);
  expect(changedLines(first)).toEqual([]);
  figure('wiped, first run', failures(first)[0]);
  await follow(failures(first)[0]?.fix[0]);

  const second = await json(file);
  expect(second.code).toBe(5);
  expect(refusals(second).map(({ code, host }) => ({ code, host }))).toEqual([
    { code: 'dead-manager', host: 'node-1' },
  ]);
  expect(changedLines(second)).toEqual([]);
  expect((await exec('node-1', 'command -v docker')).code).not.toBe(0);
  figure('wiped, second run', refusals(second)[0]);
  await follow(refusals(second)[0]?.fix[0]);

  const third = await json(file);
  expect({ code: third.code, failures: failures(third) }).toEqual({ code: 0, failures: [] });
  const seen = await quorum();
  expect(seen.leastReachable, seen.why).toBeGreaterThanOrEqual(2);
  expect(seen.longestWithout, seen.why).toBeLessThan(20);
  figure('wiped, reachable managers as node-2 saw them all the while', seen);

  expect(await nodeList('node-2')).toEqual([
    expect.stringMatching(/^node-1 Ready Active Reachable$/),
    expect.stringMatching(/^node-2 Ready Active (Leader|Reachable)$/),
    expect.stringMatching(/^node-3 Ready Active (Leader|Reachable)$/),
  ]);
  const { stdout: after } = await exec('node-1', "docker info --format '{{.Swarm.Cluster.ID}}'");
  expect(after).toBe(cluster);
  expect(finished(await json(file))?.changes).toBe(0);
});
