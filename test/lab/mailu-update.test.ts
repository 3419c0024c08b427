import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { Dialogue } from '../../src/outside/dialogue.ts';
import { changedLines, figure, json, NODES, type Tree } from './harness.ts';
import {
  DOMAIN,
  eventually,
  front,
  logIn,
  mailInventory,
  mailNodes,
  type Person,
  send,
  taskOf,
} from './mail.ts';
import { allThere, nodeAt, sending, twice, watchHolders } from './mail-watch.ts';
import { failures, goesThrough, on } from './steps.ts';
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
  await mailNodes();
  file = mailInventory();
  await goesThrough(file);
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

/** Seconds that what is in the queue may take. */
const DELIVERED = 900;

/** Seconds that a client waits for an answer. */
const CLIENT = 10;

/** Logs in at one front after the other, as a client does that knows several. */
async function logsIn(number: number): Promise<void> {
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

/** Takes away what was brought, so that each update is beside mailboxes of the same size. */
async function emptied(): Promise<void> {
  for (const { address } of READERS)
    await inService('imap', `doveadm expunge -u ${address} mailbox INBOX all`);
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;

test.each(Object.keys(ALLOWED) as Updated[])(
  'an update of %s under load costs little, and no message',
  { timeout: TIMES * (240_000 + DELIVERED * 1000) },
  async (service) => {
    const updates: Awaited<ReturnType<typeof update>>[] = [];
    for (let time = 0; time < TIMES; time++) updates.push(await update(service, `${2000 + time}M`));
    const login = updates.map((one) => one.login.since);
    const send = updates.map((one) => one.send.since);
    figure(`update of ${service}: seconds without service, median (all)`, {
      login: [median(login), login],
      send: [median(send), send],
    });
    expect(updates.flatMap(({ most }) => twice(most))).toEqual([]);
    expect(updates.map(({ doubled }) => doubled)).toEqual(updates.map(() => 0));
    // A look takes about a second on this machine; a client that tries the next front is not without service.
    expect(median(login)).toBeLessThan(ALLOWED[service] + 2);
    expect(median(send)).toBeLessThan(ALLOWED[service] + 2);
  },
);

/** Waits until an update that begins after a moment is over. Gives when it began, by the nodes' clock, which is this machine's. */
async function updated(service: Updated, after: number): Promise<number> {
  const status = `docker service inspect -f '{{.UpdateStatus.State}} {{.UpdateStatus.StartedAt.Unix}}' mailu_${service}`;
  const { value } = await eventually(`${service} is updated`, 300, async () => {
    const [state, seconds] = (await on('node-1', status)).split(' ');
    const began = Number(seconds) * 1000;
    return state === 'completed' && began > after && began;
  });
  return value;
}

/**
 * Updates a service by its limit of memory, under load. The load of each update begins anew, when all that came before is delivered: two
 * processors deliver less than five messages a second beside all else, and what is measured would be how much was left.
 */
async function update(service: Updated, memory: string) {
  let going = true;
  const sessions = READERS.map((reader, number) => session(() => going, reader, number));
  const stopWatching = watchHolders();
  const stopSending = sending(200, READERS);
  await sleep(5000);
  const [stopLogins, stopMessages] = [withoutService(logsIn), withoutService(sent(service))];
  await sleep(3000);
  resources[service] = { limit: { memory } };
  const changed = mailInventory((mailu) => {
    mailu.resources = { ...resources };
  });
  const [ran, { login, send, acknowledged, most }] = await Promise.all([
    json(changed),
    (async () => {
      const began = await updated(service, Date.now());
      await sleep(15_000);
      // What mail waits for before that is this machine's work: a look at three nodes beside the load.
      const [login, send] = await Promise.all([stopLogins(began), stopMessages(began)]);
      figure(`update of ${service} with ${memory}: seconds without service`, { login, send });
      going = false;
      const [{ most }, acknowledged] = await Promise.all([stopWatching(), stopSending(), ...sessions]);
      return { login, send, acknowledged, most };
    })(),
  ]);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(changedLines(ran).every((line) => line.includes(`stack mailu: ${service} `))).toBe(true);
  const arrived = await allThere(acknowledged, READERS, DELIVERED);
  const mine = arrived.value.filter((id) => acknowledged.includes(id));
  const doubled = mine.length - new Set(mine).size;
  figure(`update of ${service} with ${memory}: messages`, { acknowledged: acknowledged.length, doubled });
  await emptied();
  return { login, send, doubled, most };
}
