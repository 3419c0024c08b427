import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import {
  bareNodes,
  changedLines,
  eventsOf,
  figure,
  finished,
  inBackground,
  inventory,
  type JsonEvent,
  json,
  NODES,
  nodeList,
  plannedLines,
  type Ran,
  ROOT,
  trusting,
} from './harness.ts';
import { $ } from './shell.ts';
import { failures, on } from './steps.ts';
import { onTerminal } from './terminal.ts';

let file = '';
beforeAll(async () => {
  await bareNodes();
  file = inventory(3);
});

const begin = () => inBackground(file);

/** Runs until one gets the locks: what a killed run has begun on a host may still be ending there. */
async function toTheEnd(): Promise<Ran> {
  for (let tries = 0; tries < 20; tries++) {
    const ran = await json(file);
    if (!failures(ran).some(({ code }) => code === 'lock-held')) return ran;
    await sleep(3000);
  }
  throw new Error('the lock of a host stays taken');
}

/** Each test begins with a swarm that is whole, whichever ran before. */
async function whole(): Promise<void> {
  const ran = await toTheEnd();
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
}

/** What could tell a disturbed history: packages, settings, the swarm; and what must not be there at all. */
async function state(node: string) {
  return {
    packages: await on(node, "dpkg -l | sed -n 's/^\\(..\\) *\\([^ ]*\\).*/\\1 \\2/p' | sort | sha256sum"),
    half: await on(node, 'dpkg --audit'),
    settings: await on(node, 'sha256sum /etc/docker/daemon.json; stat -c "%a %U:%G" /etc/docker/daemon.json'),
    docker: await on(node, 'systemctl is-active docker; systemctl is-enabled docker'),
    left: await on(node, "find / -xdev -name '.*.provision' -not -path '/proc/*'"),
    lock: await on(node, 'flock -n /run/provision.lock true && echo free'),
  };
}

test('killed at ten moments and run to the end: the same as one undisturbed run, and nothing left over', async () => {
  const undisturbed = await json(file);
  expect({ code: undisturbed.code, failures: failures(undisturbed) }).toEqual({ code: 0, failures: [] });
  const expected = await Promise.all(NODES.map(state));
  const members = await nodeList('node-1');
  await bareNodes();
  const moments = [1, 2, 3, 4, 6, 9, 13, 18, 24, 30];
  for (const seconds of moments) {
    const { running, signal } = begin();
    await sleep(seconds * 1000);
    signal('SIGKILL');
    await running;
  }
  const last = await toTheEnd();
  expect({ code: last.code, failures: failures(last) }).toEqual({ code: 0, failures: [] });
  expect(await Promise.all(NODES.map(state))).toEqual(expected);
  expect((await nodeList('node-1')).map((line) => line.replace('Leader', 'Reachable'))).toEqual(
    members.map((line) => line.replace('Leader', 'Reachable')),
  );
  expect(plannedLines(await json('plan', file))).toEqual([]);
  figure('runs killed before the last', moments.length);
});

/** A step that takes the time of `slow`. */
const startsDocker = ({ kind, title }: JsonEvent) =>
  kind === 'step-started' && String(title).startsWith('restart docker');

const SLOW = 'ExecStartPre=/bin/sleep 8';
/** Docker takes its time to start again, so that a run can be met in the middle of a step. */
const slow = (node: string) =>
  on(
    node,
    `mkdir -p /etc/systemd/system/docker.service.d; printf '[Service]\\n${SLOW}\\n' >/etc/systemd/system/docker.service.d/slow.conf; systemctl daemon-reload; echo '{}' >/etc/docker/daemon.json`,
  );

test('Ctrl-C once: the running step ends, exit 130, and the next run goes on; twice: at once', async () => {
  await whole();
  for (const node of NODES) await slow(node);
  const first = begin();
  await first.saw('Docker is started again', startsDocker);
  const asked = Date.now();
  first.signal('SIGINT');
  const { exitCode, stdout, stderr } = await first.running;
  const took = Date.now() - asked;
  expect(exitCode).toBe(130);
  expect(stderr).toContain('Finishing the current step');
  expect(stderr).toContain('Run again to go on');
  const done = eventsOf(stdout).filter(({ kind }) => kind === 'changed').length;
  expect(done).toBeGreaterThan(0);
  expect(await on('node-1', 'systemctl is-active docker')).toBe('active');

  const second = begin();
  await second.saw('Docker is started again', startsDocker);
  second.signal('SIGINT');
  await sleep(300);
  const twice = Date.now();
  second.signal('SIGINT');
  expect((await second.running).exitCode).toBe(130);
  const atOnce = Date.now() - twice;
  expect(atOnce).toBeLessThan(3000);
  figure('Ctrl-C: ms until the end, once and twice', [took, atOnce]);

  const last = await toTheEnd();
  expect(last.code).toBe(0);
  expect(changedLines(last).length).toBeGreaterThan(0);
  expect(finished(await json(file))?.changes).toBe(0);
});

test.each(['SIGTERM', 'SIGHUP'] as const)('%s ends a run as Ctrl-C does', async (name) => {
  await whole();
  for (const node of NODES) await slow(node);
  const { running, saw, signal } = begin();
  await saw('Docker is started again', startsDocker);
  signal(name);
  const { exitCode, stderr } = await running;
  expect(exitCode).toBe(130);
  expect(stderr).toContain('Finishing the current step');
  expect(stderr).toContain('Run again to go on');
  expect(await on('node-1', 'systemctl is-active docker')).toBe('active');
  expect((await toTheEnd()).code).toBe(0);
});

test('SIGTERM at the question: nothing is changed, and the hosts are free at once', async () => {
  await whole();
  for (const node of NODES) await slow(node);
  const planned = plannedLines(await json('plan', file));
  expect(planned.length).toBeGreaterThan(0);
  const { code, shown } = await onTerminal({}, { 'Make these changes?': { signal: 'SIGTERM' } }, file);
  expect({ code, shown }).toEqual({ code: 130, shown: expect.stringContaining('Interrupted.') });
  expect(plannedLines(await json('plan', file))).toEqual(planned);
  await whole();
});

test('a reader that has enough ends a run as Ctrl-C does, and no error is shown', async () => {
  await whole();
  for (const node of NODES) await slow(node);
  const { exitCode, stdout, stderr } = await $({
    cwd: ROOT,
    env: trusting(),
  })`bash -c ${`node bin/provision.js '${file}' --output json | head -n 3; exit \${PIPESTATUS[0]}`}`;
  expect(stdout.trim().split('\n')).toHaveLength(3);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 130,
    stderr: expect.not.stringMatching(/EPIPE|bug|^ +at /m),
  });
  expect((await toTheEnd()).code).toBe(0);
});

test('two runs at the same time: one of them changes, the other is told who does', async () => {
  await whole();
  for (const node of NODES) await slow(node);
  const one = begin();
  await one.saw('Docker is started again', startsDocker);
  const other = await json(file);

  expect((await one.running).exitCode).toBe(0);
  const told = failures(other).filter(({ code }) => code === 'lock-held');
  figure('a second run is told', told[0]?.message);
  expect(other.code).toBe(2);
  expect(told[0]?.message).toMatch(
    /another run is changing this host: \S+@\S+, process \d+ since \d\d:\d\d:\d\dZ/,
  );
  expect(finished(await toTheEnd())?.changes).toBe(0);
});

test('sshd that dies in the middle of a step: its own error, and the next run converges', async () => {
  await whole();
  await slow('node-1');
  const one = begin();
  await one.saw(
    'Docker of node-1 is started again',
    (event) => startsDocker(event) && event.host === 'node-1',
  );
  await on('node-1', "pkill -9 '^sshd'; systemctl restart ssh; true");
  const { exitCode, stdout } = await one.running;
  const failed = failures({ events: eventsOf(stdout) });
  figure('sshd dies', failed[0]?.message);
  expect(exitCode).toBe(4);
  expect(failed).toMatchObject([{ host: 'node-1', code: 'lost' }]);
  expect((await toTheEnd()).code).toBe(0);
  expect(finished(await json(file))?.changes).toBe(0);
});
