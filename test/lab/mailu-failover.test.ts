import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { cutDocker, healDocker } from './disaster.ts';
import { figure, finished, json } from './harness.ts';
import { cut, exec, heal, start, stop } from './lab.ts';
import { eventually, front, mailInventory, mailNodes, POSTMASTER, subjects, taskOf } from './mail.ts';
import { allThere, holders, other, sending, twice, watchHolders, whole } from './mail-watch.ts';
import { goesThrough, on } from './steps.ts';

const ROUNDS = Number(process.env.LAB_MAILU_ROUNDS ?? 4);

/** The host of sqlite's file: while it is away, nobody can log in anywhere. */
const ADMIN = 'node-1';

/**
 * What happens to the node that runs imap, and how it is over. `seconds`: how long it lasts. `elsewhere`: within how many
 * seconds another node runs it.
 */
const EVENTS = [
  {
    name: 'cut from the swarm, not from storage',
    seconds: 75,
    elsewhere: 120,
    begin: cutDocker,
    end: healDocker,
  },
  { name: 'cut off', seconds: 100, elsewhere: 200, begin: cut, end: heal },
  {
    name: 'drained',
    seconds: 25,
    elsewhere: 90,
    begin: (node: string) => availability(node, 'drain'),
    end: (node: string) => availability(node, 'active'),
  },
  { name: 'stopped', seconds: 45, elsewhere: 150, begin: stop, end: start },
] as const;

async function availability(node: string, value: string): Promise<void> {
  await on(other(node), `docker node update --availability ${value} ${node}`);
}

let file = '';
beforeAll(async () => {
  await mailNodes();
  file = mailInventory();
  await goesThrough(file);
});

const DOVECOT = 'container=$(docker ps -q --filter label=com.docker.swarm.service.name=mailu_imap)';

test.each(
  Array.from({ length: ROUNDS }, (_, index) => ({
    round: index + 1,
    event: EVENTS[index % EVENTS.length] as (typeof EVENTS)[number],
  })),
)('round $round: $event.name: nothing is lost, and never two write', async ({ round, event }) => {
  const { name, seconds, elsewhere, begin, end } = event;
  const { value: before } = await eventually('mail is read', 60, () => subjects(front('node-1')));
  const { node } = await taskOf('imap');
  const stopWatching = watchHolders();
  const stopSending = sending();
  await sleep(5000);
  await begin(node);
  const began = Date.now();
  let back: { seconds: number };
  try {
    back = await eventually('imap runs elsewhere', elsewhere, async () => {
      const now = await taskOf('imap', other(node));
      if (now.node === node || now.state !== 'Running') return false;
      if (!(await holders(now.node)).includes('imap')) return false;
      return node === ADMIN || (await subjects(front(other(node)))).length >= before.length;
    });
    await sleep(Math.max(0, seconds * 1000 - (Date.now() - began)));
  } finally {
    await end(node);
  }
  const acknowledged = await stopSending();
  const arrived = await allThere(acknowledged);
  const writers = await stopWatching();
  const doubled = arrived.value.length - new Set(arrived.value).size;
  figure(`round ${round}: ${node} ${name}`, {
    'imap elsewhere after s': Math.round(back.seconds),
    acknowledged: acknowledged.length,
    'all there after s': Math.round(arrived.seconds),
    doubled,
    'most holders of imap at a time': writers.most.imap,
    looks: writers.looks,
  });
  expect(twice(writers.most)).toEqual([]);
  expect(before.filter((id) => !arrived.value.includes(id))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(0);
  // Two nodes away at once are more than three can bear: the next begins when this one is over.
  await whole(node);
});

test("after all rounds Dovecot's own check finds nothing broken, and a run changes nothing", async () => {
  const { node } = await taskOf('imap');
  const doveadm = (command: string) =>
    on(node, `${DOVECOT}; docker exec "$container" sh -c 'doveadm ${command} 2>&1'`);
  const messages = `mailbox status -u ${POSTMASTER} messages INBOX`;
  const before = await doveadm(messages);
  const said = await doveadm(`force-resync -u ${POSTMASTER} INBOX`);
  expect(said.split('\n').filter((line) => /error|warning|corrupt|broken|panic/i.test(line))).toEqual([]);
  expect(await doveadm(messages)).toBe(before);
  const { stdout, stderr } = await exec(node, 'docker service logs --raw mailu_imap');
  const broken = (stdout + stderr).split('\n').filter((line) => /corrupt|broken|panic/i.test(line));
  expect(broken).toEqual([]);
  figure("doveadm's words, words of corruption in imap's log", [said || 'none', broken.length]);
  await eventually('a run is clean', 300, async () => (await json(file)).code === 0);
  expect(finished(await json(file))?.changes).toBe(0);
});
