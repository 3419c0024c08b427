import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { cutDocker, healDocker, notes, said, startService } from './disaster.ts';
import { bareNodes, figure, finished, inventory, json, NODES, nodeList } from './harness.ts';
import { cut, exec, heal } from './lab.ts';
import { acknowledged, holder, leaseLog, startWriters, stopWriters, written } from './lease.ts';

/** Rounds of cutting, and seconds of each. `npm run test:cut` asks for all; a test run has the one that matters most. */
const ROUNDS = Number(process.env.LAB_CUT_ROUNDS ?? 1);
const SECONDS = Number(process.env.LAB_CUT_SECONDS ?? 110);

let file = '';
beforeAll(async () => {
  await bareNodes();
  file = inventory(3, (tree) => {
    tree.storage = { kind: 'glusterfs', replica: 3 };
  });
  const ran = await json(file);
  expect(ran.events.filter(({ kind }) => kind === 'host-failed')).toEqual([]);
  expect(ran.code).toBe(0);
});

test('a node that is cut off stops writing before another begins; nothing is lost or written twice', async () => {
  await startWriters();
  await holder();
  const pauses: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // The first to be cut is the one that writes; the others come in turn.
    const victim =
      round === 0
        ? await holder()
        : (NODES[(NODES.indexOf((await holder()) as never) + round) % 3] as string);
    await sleep(5000);
    const begin = Date.now() / 1000;
    await cut(victim);
    await sleep(SECONDS * 1000);
    const during = (await acknowledged()).filter(({ at }) => at > begin);
    const others = during.filter(({ node }) => node !== victim);
    const pause = (others[0]?.at ?? Number.POSITIVE_INFINITY) - begin;
    pauses.push(Math.round(pause));
    expect(pause).toBeLessThan(120);

    // The victim's last acknowledged number, and its command's end, come before the first of another.
    const successor = others[0]?.node as string;
    if (
      during.some(({ node }) => node === victim) ||
      (await leaseLog(victim)).stopped.some((at) => at > begin)
    ) {
      const stopped = (await leaseLog(victim)).stopped.find((at) => at > begin) as number;
      const began = (await leaseLog(successor)).held.find((at) => at > begin) as number;
      figure(`round ${round + 1}: ${victim} stopped, ${successor} began, seconds after the cut`, [
        Math.round(stopped - begin),
        Math.round(began - begin),
      ]);
      expect(stopped).toBeLessThan(began);
    }
    await heal(victim);
    await sleep(30_000);
  }
  const whole = await acknowledged();
  await stopWriters();

  const pending = async () =>
    (
      await exec(
        'node-1',
        "gluster volume heal mailu info summary | sed -n 's/^Total Number of entries: //p'",
      )
    ).stdout
      .trim()
      .split('\n');
  const healing = Date.now();
  for (let tries = 0; tries < 60 && (await pending()).some((count) => count !== '0'); tries++)
    await sleep(3000);
  expect(await pending()).toEqual(['0', '0', '0']);
  figure('cut off: seconds until all was healed by itself', Math.round((Date.now() - healing) / 1000) + 30);

  // Managers that were cut off ask for a new election when they are back: a minute or so without a leader.
  const ready = async () =>
    (await nodeList('node-1').catch(() => [])).filter((line) => line.includes(' Ready ')).length;
  for (let tries = 0; tries < 60 && (await ready()) < 3; tries++) await sleep(3000);
  figure(
    'cut off: seconds until the swarm was whole by itself',
    Math.round((Date.now() - healing) / 1000) + 30,
  );

  const numbers = whole.map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const node of NODES) {
    const there = await written(node);
    const lost = whole.filter(({ number, node: by }) => there.get(number) !== by);
    expect(lost).toEqual([]);
  }
  figure('cut off: rounds, numbers acknowledged, seconds until the other side wrote', [
    ROUNDS,
    whole.length,
    pauses,
  ]);

  const again = await json(file);
  expect({
    code: again.code,
    changes: finished(again)?.changes,
    said: again.events.filter(({ kind }) => kind === 'finding' || kind === 'host-failed'),
  }).toEqual({ code: 0, changes: 0, said: [] });
});

test("the guide's disaster: a node that only Docker lost goes on alone, and its replacement waits for the lease", async () => {
  await startService();
  const last = async (node: string) => (await notes(node)).at(-1);
  let first = await last('node-1');
  for (let tries = 0; tries < 60 && first?.node === undefined; tries++) {
    await sleep(1000);
    first = await last('node-1');
  }
  const victim = first?.node ?? '';
  expect(NODES).toContain(victim);
  const [manager = ''] = NODES.filter((node) => node !== victim);

  const begin = Date.now() / 1000;
  await cutDocker(victim);
  const others = NODES.filter((node) => node !== victim);
  let replacement = '';
  for (let tries = 0; tries < 90 && replacement === ''; tries++) {
    await sleep(1000);
    for (const node of others) if ((await said(node)).includes('held by')) replacement = node;
  }
  expect(others).toContain(replacement);
  const started = Date.now() / 1000;
  await sleep(60_000);
  const during = (await notes(manager)).filter(({ at }) => at > begin);
  expect(new Set(during.map(({ node }) => node))).toEqual(new Set([victim]));
  expect(during.length).toBeGreaterThan(45);
  figure(
    'disaster: seconds until the replacement was started, lines of the first and of the second copy since',
    [Math.round(started - begin), during.length, 0],
  );

  await exec(victim, 'docker kill $(docker ps -q --filter name=writer)');
  const killed = Date.now() / 1000;
  let next = await last(manager);
  for (let tries = 0; tries < 120 && next?.node === victim; tries++) {
    await sleep(1000);
    next = await last(manager);
  }
  expect(next?.node).toBe(replacement);
  figure(
    'disaster: seconds until the replacement writes once the first copy is gone',
    Math.round(Date.now() / 1000 - killed),
  );
  await healDocker(victim);
  await exec(manager, 'docker service rm writer');
});
