import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { Dialogue } from '../../src/outside/dialogue.ts';
import { changedLines, figure, json, NODES, type Tree } from './harness.ts';
import { bareMailNodes, DOMAIN, front, logIn, mailInventory, type Person, send, taskOf } from './mail.ts';
import { allThere, nodeAt, sending, twice, watchHolders } from './mail-watch.ts';
import { failures, on } from './steps.ts';
import { withoutService } from './without-service.ts';

const TIMES = Number(process.env.LAB_UPDATES ?? 2);
/** Seconds without service that an update may cost; a client of front may try another one. */
const ALLOWED = { imap: 15, smtp: 15, admin: 15, front: 0 } as const;
type Updated = keyof typeof ALLOWED;

let file = '';
/** Who the messages are for, each with a session that is open. Whoever logs in all the time is somebody else. */
const READERS: readonly Person[] = [1, 2, 3, 4, 5].map((number) => ({
  address: `reader-${number}@${DOMAIN}`,
  password: 'Secret-1',
}));
/** What was changed before stays as it is, so that one service is updated at a time. */
const resources: Record<string, Tree> = {};
beforeAll(async () => {
  await bareMailNodes();
  file = mailInventory();
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  for (const { address, password } of READERS)
    await inService('admin', `flask mailu user ${address.replace('@', ' ')} ${password}`);
});

/** Runs a command in the one container of a service. */
async function inService(service: string, command: string): Promise<void> {
  const { node } = await taskOf(service);
  await on(
    node,
    `docker exec $(docker ps -q -f label=com.docker.swarm.service.name=mailu_${service}) ${command}`,
  );
}

/** Seconds that what is in the queue may take: two processors deliver less than five messages a second beside all else. */
const DELIVERED = 900;

/** Seconds that a client waits for an answer. */
const CLIENT = 10;

/** Logs in at one front after the other, as a client does that knows several. */
async function login(number: number): Promise<void> {
  await atAnyFront(number, async (node) => {
    using dialogue = new Dialogue(await front(node)(993), CLIENT * 1000);
    await logIn(dialogue);
  });
}

async function atAnyFront(first: number, attempt: (node: string) => Promise<void>): Promise<void> {
  let last: unknown;
  for (let tried = 0; tried < NODES.length; tried++)
    try {
      await attempt(nodeAt(first + tried));
      return;
    } catch (error) {
      last = error;
    }
  throw last;
}

/** Somebody whose session is open, and who opens another where it ends. */
async function session(going: () => boolean, reader: Person, number: number): Promise<void> {
  while (going())
    try {
      using dialogue = new Dialogue(await front(nodeAt(number))(993), 10_000);
      const run = await logIn(dialogue, reader);
      await run('SELECT INBOX');
      for (; going(); await sleep(1000)) await run('NOOP');
    } catch {
      await sleep(1000);
    }
}

/** Sends a message through one front after the other. */
const sent = (service: string) => (number: number) =>
  atAnyFront(number, async (node) => {
    const refused = await send(node, `${service}-${number}-${Date.now()}`);
    if (refused !== undefined) throw new Error(refused);
  });

/** Takes away what was brought, so that each service is updated beside mailboxes of the same size. */
async function emptied(): Promise<void> {
  for (const { address } of READERS)
    await inService('imap', `doveadm expunge -u ${address} mailbox INBOX all`);
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;

test.each(Object.keys(ALLOWED) as Updated[])(
  'an update of %s under load costs little, and no message',
  { timeout: TIMES * 240_000 + DELIVERED * 1000 },
  async (service) => {
    let going = true;
    const sessions = READERS.map((reader, number) => session(() => going, reader, number));
    const stopSending = sending(200, READERS);
    const stopWatching = watchHolders();
    const seconds: Record<string, number[]> = { login: [], send: [] };
    for (let time = 0; time < TIMES; time++) {
      await sleep(5000);
      const stops = [withoutService(login), withoutService(sent(service))];
      await sleep(3000);
      resources[service] = { limit: { memory: `${2000 + time}M` } };
      const changed = mailInventory((mailu) => {
        mailu.resources = { ...resources };
      });
      const ran = await json(changed);
      expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
      expect(changedLines(ran).every((line) => line.includes(`stack mailu: ${service} `))).toBe(true);
      await sleep(5000);
      const [noLogin, noSend] = await Promise.all(stops.map((stop) => stop()));
      seconds.login?.push(noLogin ?? 0);
      seconds.send?.push(noSend ?? 0);
      figure(`update ${time + 1} of ${service}: seconds without service`, { login: noLogin, send: noSend });
      expect(await on('node-1', `docker service inspect -f '{{.UpdateStatus.State}}' mailu_${service}`)).toBe(
        'completed',
      );
    }
    going = false;
    const acknowledged = await stopSending();
    await Promise.all(sessions);
    const { most } = await stopWatching();
    const arrived = await allThere(acknowledged, READERS, DELIVERED);
    const mine = arrived.value.filter((id) => acknowledged.includes(id));
    figure(`update of ${service}: seconds without service, median (all)`, {
      login: [median(seconds.login ?? []), seconds.login],
      send: [median(seconds.send ?? []), seconds.send],
      acknowledged: acknowledged.length,
      doubled: mine.length - new Set(mine).size,
    });
    expect(twice(most)).toEqual([]);
    expect(mine.length).toBe(new Set(mine).size);
    // A look takes about a second on this machine; a client that tries the next front is not without service.
    expect(median(seconds.login ?? [])).toBeLessThan(ALLOWED[service] + 2);
    expect(median(seconds.send ?? [])).toBeLessThan(ALLOWED[service] + 2);
    await emptied();
  },
);
