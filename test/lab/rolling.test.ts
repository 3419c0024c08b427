import { beforeAll, expect, test } from 'vitest';
import { changedLines, figure, freshSwarm, inventory, json } from './harness.ts';
import { exec } from './lab.ts';
import { watchQuorum } from './watch.ts';

beforeAll(async () => {
  await freshSwarm();
});

const settings = (change: object) =>
  inventory(3, (tree) => {
    tree.docker = { settings: { 'log-driver': 'json-file', ...change } };
  });

test('a changed daemon.json on a running swarm rolls node by node and keeps the quorum', async () => {
  const watches = ['node-1', 'node-2', 'node-3'].map(watchQuorum);
  const ran = await json(settings({ debug: true }));
  const seen = await Promise.all(watches.map((watch) => watch()));
  expect(ran.code).toBe(0);
  expect(changedLines(ran).filter((line) => line.endsWith('service docker.service: running'))).toHaveLength(
    3,
  );
  for (const { leastReachable } of seen) expect(leastReachable).toBeGreaterThanOrEqual(2);
  figure('daemon.json rolled, managers reachable as each node saw it', seen);

  const started = await Promise.all(
    ['node-1', 'node-2', 'node-3'].map(async (node) => {
      const { stdout } = await exec(
        node,
        "systemctl show -P ExecMainStartTimestampMonotonic docker; docker info -f '{{.Debug}}'",
      );
      return stdout.trim().split('\n');
    }),
  );
  expect(started.map(([, debug]) => debug)).toEqual(['true', 'true', 'true']);
});

test('settings that Docker does not take reach no engine', async () => {
  const ran = await json(settings({ 'no-such-setting': true }));
  expect(ran.code).toBe(2);
  const failed = ran.events.filter(({ kind }) => kind === 'host-failed');
  expect(failed.map(({ host }) => host)).toEqual(['node-1']);
  const active = await Promise.all(
    ['node-1', 'node-2', 'node-3'].map(async (node) =>
      (await exec(node, 'systemctl is-active docker')).stdout.trim(),
    ),
  );
  expect(active).toEqual(['active', 'active', 'active']);
  figure('a bad daemon.json, docker on the three nodes after it', active);
  const back = await json(settings({}));
  expect(back.code).toBe(0);
});
