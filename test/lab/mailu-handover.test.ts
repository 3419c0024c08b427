import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { cutDocker, healDocker } from './disaster.ts';
import { figure, finished, json, NODES } from './harness.ts';
import { eventually, front, mailInventory, mailNodes, subjects, taskOf } from './mail.ts';
import { allThere, holders, other, sending, twice, watchHolders, whole } from './mail-watch.ts';
import { failures } from './steps.ts';

const ROUNDS = Number(process.env.LAB_HANDOVER_ROUNDS ?? 3);
/** Services that another node can take: admin stays with the file of accounts. */
const LEASED = ['imap', 'smtp', 'redis', 'antispam', 'webmail', 'webdav', 'fetchmail'];
/** The host of sqlite's file. */
const ADMIN = 'node-1';
/** Seconds from the cut until a service of the node runs elsewhere. */
const ELSEWHERE = 120;

let file = '';
beforeAll(async () => {
  await mailNodes();
  file = mailInventory((mailu) => {
    mailu.webmail = 'roundcube';
    mailu.webdav = true;
    mailu.fetchmail = true;
  });
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
});

test.each(
  Array.from({ length: ROUNDS }, (_, index) => ({
    round: index + 1,
    service: LEASED[index % LEASED.length] ?? 'imap',
  })),
)(
  'round $round: the node of $service is cut from the swarm, not from the storage',
  async ({ round, service }) => {
    const { value: before } = await eventually('mail is read', 120, () => subjects(front('node-1')));
    const { node } = await taskOf(service);
    const held = (await holders(node)).filter((name) => LEASED.includes(name));
    expect(held).toContain(service);
    const stopWatching = watchHolders();
    const stopSending = sending();
    await sleep(5000);
    await cutDocker(node);
    const began = Date.now();
    const elsewhere: Record<string, number> = {};
    try {
      await eventually('all that ran there runs elsewhere', ELSEWHERE + 60, async () => {
        const rest = NODES.filter((name) => name !== node);
        const now = (await Promise.all(rest.map((name) => holders(name)))).flat();
        for (const name of held)
          if (now.includes(name)) elsewhere[name] ??= Math.round((Date.now() - began) / 1000);
        return held.every((name) => name in elsewhere);
      });
      // Its name is there as well: another front reads mail, where accounts can be asked for.
      if (node !== ADMIN && held.includes('imap'))
        elsewhere['mail is read'] = await eventually('mail is read elsewhere', 60, () =>
          subjects(front(other(node))),
        ).then(() => Math.round((Date.now() - began) / 1000));
      await sleep(10_000);
    } finally {
      await healDocker(node);
    }
    const acknowledged = await stopSending();
    await whole(node);
    const arrived = await allThere(acknowledged);
    const { most, looks } = await stopWatching();
    const clean = await eventually('a run changes nothing', 300, async () => {
      const ran = await json(file);
      return ran.code === 0 && ran;
    });
    figure(`round ${round}: ${node} cut from the swarm`, {
      'runs elsewhere after s': elsewhere,
      acknowledged: acknowledged.length,
      'all there after s': Math.round(arrived.seconds),
      doubled: arrived.value.length - new Set(arrived.value).size,
      looks,
      'on two nodes at once': twice(most),
    });
    expect(twice(most)).toEqual([]);
    expect(Object.entries(elsewhere).filter(([, seconds]) => seconds > ELSEWHERE)).toEqual([]);
    expect(before.filter((id) => !arrived.value.includes(id))).toEqual([]);
    expect(new Set(arrived.value).size).toBe(arrived.value.length);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(finished(clean.value)?.changes).toBe(0);
  },
);
