import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { Dialogue } from '../../src/outside/dialogue.ts';
import { figure, NODES } from './harness.ts';
import { eventually, front, logIn, logOf, mailInventory, mailNodes, taskOf } from './mail.ts';
import { goesThrough, on } from './steps.ts';
import { type Pace, withoutService } from './without-service.ts';

/** Seconds after which whoever follows a name has noticed: it is looked up every 2 s, twice. */
const NOTICED = 10;
/** Seconds that logins are tried for afterwards. Left to itself, a front's Dovecot fails for half a minute to five. */
const TRIED = 60;

beforeAll(async () => {
  await mailNodes();
  await goesThrough(mailInventory());
});

const inFront = (node: string, command: string) =>
  on(
    node,
    `docker exec $(docker ps -q --filter label=com.docker.swarm.service.name=mailu_front) sh -c '${command}'`,
  );

/**
 * One login after the other: an old address that is kept shows in these (27 s without a login), and not in logins that begin each
 * second.
 */
const oneAfterTheOther: Pace = async (once, going) => {
  for (; going(); await sleep(200)) await once();
};

test.each([
  ['updated', 'docker service update -q --detach --force mailu_admin >/dev/null'],
  [
    'killed',
    'docker kill $(docker ps -q --filter label=com.docker.swarm.service.name=mailu_admin) >/dev/null',
  ],
])('admin that is %s has another address, and each front logs people in there', async (how, command) => {
  const address = () => inFront('node-2', 'getent hosts admin | cut -d" " -f1');
  const before = await address();
  const stops = NODES.map((each) =>
    withoutService(async () => {
      using dialogue = new Dialogue(await front(each)(993), 10_000);
      await logIn(dialogue);
    }, oneAfterTheOther),
  );
  await sleep(5000);
  const { node } = await taskOf('admin');
  await on(node, command);
  // One that was killed has kept the lease: the next has a name, and waits until it may begin.
  const { value: back } = await eventually('another admin answers', 180, async () => {
    if ((await address()) === before) return false;
    await inFront('node-2', 'curl -sfm3 -o /dev/null http://admin:8080/ping');
    return Date.now();
  });
  await sleep(TRIED * 1000);
  const waited = await Promise.all(stops.map((stop) => stop(back)));
  figure(
    `admin ${how}: seconds without a login at each front, once admin is back`,
    waited.map(({ since }) => since),
  );
  for (const { since } of waited) expect(since).toBeLessThan(NOTICED);
  expect(await logOf('front')).toContain('follow: admin is at ');
});
