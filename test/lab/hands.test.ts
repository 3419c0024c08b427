import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import {
  bareNodes,
  changedLines,
  eventsOf,
  figure,
  finished,
  inventory,
  json,
  NODES,
  plannedLines,
  type Ran,
  ROOT,
  refusals,
  type Tree,
  trusting,
} from './harness.ts';
import { exec } from './lab.ts';
import { $ } from './shell.ts';
import { failures, follow, on } from './steps.ts';
import { watchQuorum } from './watch.ts';

/** Rounds of each kind; `npm run test:hands` has 20. */
const ROUNDS = Number(process.env.LAB_HANDS_ROUNDS ?? 2);
/** Rounds on nodes made anew, where Docker has to be installed. */
const BARE = Number(process.env.LAB_HANDS_BARE ?? 1);
/** Seconds that a run is suspended; `npm run test:hands` has five minutes. */
const SUSPENDED = Number(process.env.LAB_HANDS_SUSPENDED ?? 50);

/** Milliseconds for all rounds of a kind. */
const LONG = { timeout: 4 * 3_600_000 };

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;

/** The same inventory in a file of its own, with its hosts in another order, and with other settings. */
function ordered(
  file: string,
  order: readonly number[],
  change: (tree: Tree) => void = () => undefined,
): string {
  const tree = parse(readFileSync(file, 'utf8')) as Tree & { hosts: Record<string, unknown> };
  const hosts = Object.entries(tree.hosts);
  tree.hosts = Object.fromEntries(order.map((at) => hosts[at] as [string, unknown]));
  change(tree);
  const other = join(mkdtempSync(join(tmpdir(), 'provision-hands-')), 'inventory.yaml');
  writeFileSync(other, stringify(tree));
  return other;
}

const ORDERS = [
  [0, 1, 2],
  [2, 1, 0],
  [1, 2, 0],
  [2, 0, 1],
] as const;

/** A run of somebody at another machine: its host name is another. */
function hand(name: string, ...args: readonly string[]) {
  const note = join(mkdtempSync(join(tmpdir(), 'provision-hand-')), 'pid');
  const run = `hostname ${name}; echo $$ >${note}; exec node bin/provision.js "$@" --output json`;
  const running = $({ cwd: ROOT, env: trusting() })`unshare --uts sh -c ${run} sh ${args}`;
  return { running, pid: () => Number(readFileSync(note, 'utf8')) };
}

async function ended(one: ReturnType<typeof hand>): Promise<Ran> {
  const { exitCode, stdout, stderr } = await one.running;
  return { code: exitCode ?? 255, stdout, stderr, events: eventsOf(stdout) };
}

const isTold = (ran: Ran) => failures(ran).some(({ code }) => code === 'lock-held');
/** Who came first, and whose limit leaves out the host that would make the swarm, is told that. */
const isLeftOut = (ran: Ran) => refusals(ran).some(({ code }) => code === 'left-out');
/** Each run has done its work, or was told why it may not. */
function allTold(ran: readonly Ran[]): void {
  const others = ran.filter((one) => !isTold(one) && !isLeftOut(one));
  expect(others.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(others.map(() => ''));
}

/** Runs until it is not told that another is at work. Gives the seconds that took. */
async function goesOn(file: string): Promise<{ ran: Ran; seconds: number }> {
  const begin = Date.now();
  for (;;) {
    const start = Date.now();
    const ran = await json(file);
    if (!isTold(ran)) return { ran, seconds: Math.round((start - begin) / 1000) };
    if (Date.now() - begin > 180_000) throw new Error('the lock stays taken');
    await sleep(500);
  }
}

async function clusters(): Promise<readonly string[]> {
  const ids = await Promise.all(
    NODES.map((node) => on(node, "docker info --format '{{.Swarm.Cluster.ID}} {{.Swarm.LocalNodeState}}'")),
  );
  return [...new Set(ids)];
}

/** Two or three at once, in orders of their own, some of them with a limit, within three seconds. */
async function atOnce(file: string, count: number): Promise<readonly Ran[]> {
  const hands = Array.from({ length: count }, async (_, index) => {
    await sleep(Math.random() * 3000);
    const limit = index > 0 && Math.random() < 0.4 ? ['--limit', pick(NODES)] : [];
    return ended(hand(`desk-${index + 1}`, ordered(file, pick(ORDERS)), ...limit));
  });
  return Promise.all(hands);
}

describe('several hands at once', () => {
  let file = '';

  test('on bare nodes: one swarm, whatever the orders and limits', LONG, async () => {
    for (let round = 0; round < BARE; round++) {
      await bareNodes();
      file = inventory(3);
      const ran = await atOnce(file, 2 + (round % 2));
      allTold(ran);
      expect(ran.filter(({ code }) => code !== 0).length, 'somebody is told').toBeGreaterThan(0);
      const last = await goesOn(file);
      expect({ code: last.ran.code, failures: failures(last.ran) }).toEqual({ code: 0, failures: [] });
      expect(await clusters()).toHaveLength(1);
      expect(plannedLines(await json('plan', file))).toEqual([]);
    }
    figure('bare nodes, rounds with two or three runs at once, swarms in each', [BARE, 1]);
  });

  test('on nodes with Docker: one swarm', LONG, async () => {
    const codes: number[][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const node of NODES) await on(node, 'docker swarm leave --force >/dev/null 2>&1; true');
      const ran = await atOnce(file, 2 + (round % 2));
      allTold(ran);
      codes.push(ran.map(({ code }) => code).toSorted());
      const last = await goesOn(file);
      expect({ code: last.ran.code, failures: failures(last.ran) }).toEqual({ code: 0, failures: [] });
      expect(await clusters()).toHaveLength(1);
      expect(finished(await json(file))?.changes).toBe(0);
    }
    figure('nodes with Docker, exit codes by round', codes);
  });

  test('during a rolling change: the quorum is never lost', LONG, async () => {
    let least = 99;
    for (let round = 0; round < ROUNDS; round++) {
      const changed = (order: readonly number[]) =>
        ordered(file, order, (tree) => {
          tree.docker = { settings: { 'log-driver': 'json-file', debug: round % 2 === 0 } };
        });
      const watches = NODES.map(watchQuorum);
      await sleep(1500);
      const hands = NODES.slice(0, 2 + (round % 2)).map(async (node, index) => {
        await sleep(Math.random() * 2000);
        return ended(hand(`desk-${index + 1}`, changed(pick(ORDERS)), '--limit', node));
      });
      const ran = await Promise.all(hands);
      expect(ran.filter(({ code }) => code === 0).length).toBeGreaterThan(0);
      await goesOn(changed([0, 1, 2]));
      for (const watch of watches) least = Math.min(least, (await watch()).leastReachable);
      expect(least).toBeGreaterThanOrEqual(2);
    }
    figure('rolling change by two and three runs at once: rounds, least managers reachable of 3', [
      ROUNDS,
      least,
    ]);
  });
});

const SLOW = '[Service]\nExecStartPre=/bin/sleep 8\n';
/** Docker takes its time to start again, so that a run can be met in the middle of its work. */
async function slow(): Promise<void> {
  for (const node of NODES)
    await on(
      node,
      `mkdir -p /etc/systemd/system/docker.service.d; printf '${SLOW}' >/etc/systemd/system/docker.service.d/slow.conf; systemctl daemon-reload; echo '{"debug":true}' >/etc/docker/daemon.json`,
    );
}

/** Packets of a process's connections go nowhere any more, and nobody tells either side. */
async function cutOff(pid: number): Promise<() => Promise<void>> {
  const { stdout } = await $`ss -Htnp`;
  const ports = stdout
    .split('\n')
    .filter((line) => line.includes(`pid=${pid},`))
    .map((line) => /:(\d+)\s+\S+:22\s/.exec(line)?.[1])
    .filter((port) => port !== undefined);
  expect(ports.length).toBeGreaterThan(0);
  const rules = ports.flatMap((port) => [
    ['OUTPUT', '-p', 'tcp', '--sport', port, '-j', 'DROP'],
    ['INPUT', '-p', 'tcp', '--dport', port, '-j', 'DROP'],
  ]);
  for (const rule of rules) await $`iptables -I ${rule}`;
  return async () => {
    for (const rule of rules) await $`iptables -D ${rule}`;
  };
}

describe('a holder that goes away', () => {
  let file = '';

  beforeAll(async () => {
    file = inventory(3, (tree) => {
      tree.docker = { settings: { 'log-driver': 'json-file', 'max-concurrent-downloads': 4 } };
    });
    await goesOn(file);
  });

  /** Begins a run that works for a while, and waits until it does. */
  async function atWork(): Promise<ReturnType<typeof hand>> {
    await slow();
    const one = hand('desk-1', file);
    for (let i = 0; i < 300; i++) {
      const { stdout } = await exec(
        'node-1',
        'cat /run/provision.lock 2>/dev/null; flock -n /run/provision.lock true || echo busy',
      );
      if (stdout.includes('busy')) return one;
      await sleep(100);
    }
    throw new Error('the run does not begin');
  }

  test('killed: the next run goes on within a minute', async () => {
    const one = await atWork();
    process.kill(one.pid(), 'SIGKILL');
    await one.running;
    const { ran, seconds } = await goesOn(file);
    expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
    expect(seconds).toBeLessThan(60);
    expect(finished(await json(file))?.changes).toBe(0);
    figure('holder killed, seconds until the next run goes on', seconds);
  });

  test('stopped by the words of the one that was told: it ends, and the next run goes on', async () => {
    const one = await atWork();
    const told = await json(file);
    expect({ code: told.code, told: isTold(told), changed: changedLines(told) }).toEqual({
      code: 2,
      told: true,
      changed: [],
    });
    const [finding] = failures(told);
    figure('a second run is told', [finding?.message, finding?.fix]);
    expect(finding?.message).toMatch(/desk-1, process \d+ since \d\d:\d\d:\d\dZ/);
    await follow(finding?.fix[1]);
    const stopped = await ended(one);
    expect(stopped.code).toBe(2);
    expect(failures(stopped).some(({ code }) => code === 'lock-lost')).toBe(true);
    const { ran } = await goesOn(file);
    expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  });

  test('suspended: the next run goes on within a minute, and it does nothing more when it wakes', async () => {
    const one = await atWork();
    const since = Date.now();
    process.kill(one.pid(), 'SIGSTOP');
    const { ran, seconds } = await goesOn(file);
    expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
    expect(seconds).toBeLessThan(60);
    const started = await Promise.all(
      NODES.map((node) => on(node, 'systemctl show -P ExecMainStartTimestampMonotonic docker')),
    );
    await sleep(Math.max(0, SUSPENDED * 1000 - (Date.now() - since)));
    process.kill(one.pid(), 'SIGCONT');
    const woken = await ended(one);
    expect(woken.code).toBe(2);
    expect(failures(woken).some(({ code }) => code === 'lock-lost')).toBe(true);
    expect(
      await Promise.all(
        NODES.map((node) => on(node, 'systemctl show -P ExecMainStartTimestampMonotonic docker')),
      ),
    ).toEqual(started);
    expect(finished(await json(file))?.changes).toBe(0);
    figure('holder suspended, seconds until the next run goes on; what it had changed', [
      seconds,
      changedLines(woken).length,
    ]);
  });

  test('cut off: the next run goes on within a minute, and it does nothing more', async () => {
    const one = await atWork();
    const heal = await cutOff(one.pid());
    const { ran, seconds } = await goesOn(file);
    await heal();
    expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
    expect(seconds).toBeLessThan(60);
    const cut = await ended(one);
    expect(cut.code).not.toBe(0);
    expect(finished(await json(file))?.changes).toBe(0);
    figure('holder cut off, seconds until the next run goes on', seconds);
  });
});
