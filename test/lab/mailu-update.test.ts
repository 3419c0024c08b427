import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { Dialogue } from '../../src/outside/dialogue.ts';
import { imapCommands, quoted } from '../../src/outside/imap.ts';
import { changedLines, figure, json, NODES, type Tree } from './harness.ts';
import {
  bareMailNodes,
  DOMAIN,
  front,
  mailInventory,
  mailPassword,
  POSTMASTER,
  send,
  subjects,
} from './mail.ts';
import { allThere, sending, twice, watchHolders } from './mail-watch.ts';
import { failures, on } from './steps.ts';

const TIMES = Number(process.env.LAB_UPDATES ?? 2);
/** Seconds without service that an update may cost; a client of front may try another one. */
const ALLOWED = { imap: 15, smtp: 15, admin: 15, front: 0 } as const;
type Updated = keyof typeof ALLOWED;

let file = '';
const site = (change?: (mailu: Tree) => void) => mailInventory(change);
beforeAll(async () => {
  await bareMailNodes();
  file = site();
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
});

/** Logs in and looks at the mailbox, at one front after the other, as a client does that knows several. */
async function login(): Promise<void> {
  let last: unknown;
  for (const node of NODES)
    try {
      await subjects(front(node));
      return;
    } catch (error) {
      last = error;
    }
  throw last;
}

/** Somebody whose session is open, and who opens another where it ends. */
async function session(going: () => boolean, number: number): Promise<void> {
  while (going())
    try {
      using dialogue = new Dialogue(await front(NODES[number % NODES.length] ?? 'node-1')(993), 10_000);
      await dialogue.encrypt({ servername: `mail.${DOMAIN}` });
      await dialogue.line();
      const run = imapCommands(dialogue, POSTMASTER);
      await run(`LOGIN ${quoted(POSTMASTER)} ${quoted(mailPassword())}`);
      await run('SELECT INBOX');
      for (; going(); await sleep(1000)) await run('NOOP');
    } catch {
      await sleep(1000);
    }
}

/** The longest time, in seconds, for which something did not succeed. */
function gaps(attempt: () => Promise<void>) {
  let going = true;
  let [good, longest] = [Date.now(), 0];
  const work = (async () => {
    while (going) {
      const begin = Date.now();
      const succeeded = await attempt().then(
        () => true,
        () => false,
      );
      if (succeeded) {
        // What took long and came to a good end was service, too, but for what it waited before.
        longest = Math.max(longest, begin - good);
        good = Date.now();
      }
      await sleep(200);
    }
    longest = Math.max(longest, Date.now() - good);
  })();
  return async () => {
    going = false;
    await work;
    return longest / 1000;
  };
}

async function anywhere(id: string): Promise<void> {
  for (const node of NODES)
    if ((await send(node, id).catch((error: Error) => error.message)) === undefined) return;
  throw new Error('no front takes it');
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;

test.each(Object.keys(ALLOWED) as Updated[])(
  'an update of %s under load costs little, and no message',
  async (service) => {
    let going = true;
    const sessions = [0, 1, 2, 3, 4].map((number) => session(() => going, number));
    const stopSending = sending(200);
    const stopWatching = watchHolders();
    const seconds: Record<string, number[]> = { login: [], send: [] };
    let probe = 0;
    for (let time = 0; time < TIMES; time++) {
      await sleep(5000);
      const stops = [gaps(login), gaps(() => anywhere(`${service}-${++probe}`))] as const;
      await sleep(3000);
      const changed = site((mailu) => {
        mailu.resources = { [service]: { limit: { memory: `${2000 + time}M` } } };
      });
      const ran = await json(changed);
      expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
      expect(changedLines(ran).every((line) => line.includes(`stack mailu: ${service} `))).toBe(true);
      await sleep(5000);
      const [noLogin, noSend] = await Promise.all(stops.map((stop) => stop()));
      seconds.login?.push(noLogin ?? 0);
      seconds.send?.push(noSend ?? 0);
      expect(await on('node-1', `docker service inspect -f '{{.UpdateStatus.State}}' mailu_${service}`)).toBe(
        'completed',
      );
    }
    going = false;
    const acknowledged = await stopSending();
    await Promise.all(sessions);
    const { most } = await stopWatching();
    const arrived = await allThere(acknowledged);
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
  },
);
