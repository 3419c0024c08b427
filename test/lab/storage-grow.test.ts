import { beforeAll, expect, test } from 'vitest';
import { figure, finished, inventory, json } from './harness.ts';
import { up } from './lab.ts';
import { failures, on } from './steps.ts';

const site = (nodes: number) =>
  inventory(nodes, (tree) => {
    tree.storage = { kind: 'glusterfs', arbiter: true };
    for (const host of Object.values(tree.hosts)) host.storage = { brick: true };
  });

const bricks = async () =>
  /Number of Bricks: (.*)/.exec(await on('node-1', 'gluster volume info mailu'))?.[1];
const sums = 'cd /mailu/mail && sha256sum * | sha256sum';

beforeAll(async () => {
  await up({ nodes: 3, fresh: true });
});

test('two copies and an arbiter; three more hosts with bricks make it two sets, and nothing is lost', async () => {
  const three = site(3);
  const made = await json(three);
  expect({ code: made.code, failures: failures(made) }).toEqual({ code: 0, failures: [] });
  expect(await bricks()).toBe('1 x (2 + 1) = 3');
  expect(finished(await json(three))?.changes).toBe(0);
  await on('node-1', 'mkdir /mailu/mail; cd /mailu/mail; for i in $(seq 300); do echo "mail $i" >$i; done');
  const whole = await on('node-3', sums);

  await up({ nodes: 6 });
  const six = site(6);
  const grown = await json(six);
  expect({ code: grown.code, failures: failures(grown) }).toEqual({ code: 0, failures: [] });
  expect(await bricks()).toBe('2 x (2 + 1) = 6');
  expect(await on('node-6', sums)).toBe(whole);
  await on('node-6', 'cd /mailu/mail; for i in $(seq 301 400); do echo "mail $i" >$i; done');
  const placed = await on('node-4', 'ls /srv/gluster/mailu/mail | wc -l');
  figure('arbiter and growth: bricks, of 100 new files on the new set', [await bricks(), Number(placed)]);
  expect(Number(placed)).toBeGreaterThan(0);
  expect(finished(await json(six))?.changes).toBe(0);
});
