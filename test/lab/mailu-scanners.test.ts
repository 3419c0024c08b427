import { beforeAll, expect, test } from 'vitest';
import { Dialogue } from '../../src/outside/dialogue.ts';
import { handOver } from '../../src/outside/smtp.ts';
import { STRANGER } from './addresses.ts';
import { figure, finished, json } from './harness.ts';
import {
  dialAs,
  eventually,
  front,
  logOf,
  mailInventory,
  mailNodes,
  POSTMASTER,
  send,
  taskOf,
} from './mail.ts';
import { failures, on } from './steps.ts';

/** The file that all scanners know (eicar.org), in two halves, so that none finds it here. */
const TEST_VIRUS = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

let file = '';
beforeAll(async () => {
  await mailNodes();
  file = mailInventory((mailu) => {
    mailu.antivirus = true;
    mailu.oletools = true;
  });
});

/** What is said to a message of somebody who has a name, or of one who has none: that has points enough to be put off. */
async function said(body: string, known = true): Promise<string | undefined> {
  const dial = known ? dialAs(STRANGER.address, 'node-1') : front('node-1');
  using dialogue = new Dialogue(await dial(25), 30_000);
  return await handOver(dialogue, known ? STRANGER.name : 'nobody.invalid', POSTMASTER, [
    `From: <test@${known ? 'example.net' : 'example.com'}>`,
    `To: <${POSTMASTER}>`,
    `Subject: scanned ${Date.now()}`,
    '',
    body,
    '.',
  ]);
}

async function scans(): Promise<void> {
  await eventually('the test virus is refused', 60, async () =>
    /dangerous/.test((await said(TEST_VIRUS)) ?? ''),
  );
  // With points, and a body that nobody has seen: greylisting keeps what it knows in redis.
  expect(await said(`never seen ${Math.random()}`, false)).toMatch(/^451|Try again later/);
}

test('a first run with an antivirus scans from its first message on', async () => {
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(await said(TEST_VIRUS)).toMatch(/dangerous/);
  await scans();
  expect(await send('node-2', 'harmless')).toBeUndefined();
  expect(finished(await json(file))?.changes).toBe(0);
});

test('antispam that begins while redis, the antivirus and oletools are away asks them once they are back', async () => {
  // admin is not waited for: it runs already.
  for (const service of ['antispam', 'redis', 'antivirus', 'oletools']) {
    const { node } = await taskOf(service);
    await on(
      node,
      `docker kill $(docker ps -q --filter label=com.docker.swarm.service.name=mailu_${service}) >/dev/null`,
    );
  }
  const { seconds } = await eventually('the test virus is refused', 180, async () =>
    /dangerous/.test((await said(TEST_VIRUS)) ?? ''),
  );
  figure('all killed at once: seconds until mail is scanned again', Math.round(seconds));
  await scans();
});

test.each(['redis', 'antivirus'])('%s that moves is asked at its new address', async (service) => {
  await on('node-1', `docker service update -q --force mailu_${service} >/dev/null`);
  await scans();
  expect(await logOf('antispam')).toContain(`follow: ${service} is at `);
});

/** The real one fetches its signatures first: its own check of health begins after six minutes (clamav-docker, Dockerfile). */
const SIGNATURES = 380;

test('an antivirus that takes its six minutes is not given up, and mail is put off until it answers', async () => {
  const tasks = () => on('node-1', 'docker service ps -q mailu_antivirus | wc -l');
  await on(
    'node-1',
    `docker service update -q --detach --env-add STAND_IN_START_SECONDS=${SIGNATURES} mailu_antivirus >/dev/null`,
  );
  await eventually('mail is put off', 120, async () =>
    /not ready/.test((await said('while it begins')) ?? ''),
  );
  const before = await tasks();
  const { seconds } = await eventually('the test virus is refused', SIGNATURES + 120, async () =>
    /dangerous/.test((await said(TEST_VIRUS)) ?? ''),
  );
  figure('an antivirus that takes its six minutes: seconds until mail is scanned', Math.round(seconds));
  expect(await tasks()).toBe(before);
});
