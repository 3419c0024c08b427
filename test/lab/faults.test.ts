import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, test } from 'vitest';
import {
  eventsOf,
  figure,
  finished,
  freshSwarm,
  inBackground,
  json,
  NODES,
  nodeList,
  type Ran,
} from './harness.ts';
import { eventually } from './mail.ts';
import { failures, on } from './steps.ts';

/** The fault is on this node; the others have the same to do and have to do it. */
const BAD = 'node-2';
const GOOD = NODES.filter((node) => node !== BAD);

let file = '';
beforeAll(async () => {
  file = await freshSwarm();
});

/** A setting of the kernel to be mended, on every node. */
const KERNEL = 'net.ipv4.tcp_retries2';
const drift = () => Promise.all(NODES.map((node) => on(node, `sysctl -qw ${KERNEL}=15`)));
const mended = (node: string) => on(node, `sysctl -n ${KERNEL}`);
const whole = async () => {
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(finished(await json(file))?.changes).toBe(0);
};

/** The others are done, and the bad one has failed in its own words. */
async function expectFault(name: string, ran: Pick<Ran, 'code' | 'events'>, code: string, exit: number) {
  const failed = failures(ran);
  figure(name, { message: failed[0]?.message, fix: failed[0]?.fix });
  expect({ exit: ran.code, hosts: failed.map(({ host }) => host), code: failed[0]?.code }).toEqual({
    exit,
    hosts: [BAD],
    code,
  });
  expect(failed[0]?.fix.length).toBeGreaterThan(0);
}

/** Off from everybody, us too. */
const CUT = ['PREROUTING -i eth0', 'OUTPUT -o eth0'];
const cut = () => on(BAD, CUT.map((rule) => `iptables -w -t raw -I ${rule} -j DROP`).join(' && '));
const heal = () =>
  on(
    BAD,
    `${CUT.map((rule) => `while iptables -w -t raw -D ${rule} -j DROP 2>/dev/null; do :; done`).join('; ')}; true`,
  );

const FOLDER = '/etc/sysctl.d';
afterEach(async () => {
  await heal();
  await on(BAD, `while mountpoint -q ${FOLDER}; do umount ${FOLDER}; done`);
});

test('a full disk: its own error, no half-written file, the others finish, the next run converges', async () => {
  await drift();
  await on(BAD, `mount -t tmpfs -o size=4k tmpfs ${FOLDER}; head -c 4096 /dev/zero >${FOLDER}/full`);
  await expectFault('a full disk', await json(file), 'disk-full', 2);
  for (const node of GOOD) expect(await mended(node)).toBe('8');
  expect(await on(BAD, `ls -A ${FOLDER} | grep -v '^\\..*provision$'`)).toBe('full');
  await on(BAD, `umount ${FOLDER}`);
  await whole();
});

test('a read-only file system: its own error, the others finish, the next run converges', async () => {
  await drift();
  await on(BAD, `mount --bind ${FOLDER} ${FOLDER}; mount -o remount,bind,ro ${FOLDER}`);
  await expectFault('a read-only file system', await json(file), 'read-only', 2);
  for (const node of GOOD) expect(await mended(node)).toBe('8');
  await on(BAD, `umount ${FOLDER}`);
  await whole();
});

const HOLD = `perl -MFcntl -e 'open F, ">>", "/var/lib/dpkg/lock-frontend"; my $l = pack("s s l! l! i", F_WRLCK, 0, 0, 0, 0); fcntl F, F_SETLK, $l or die; sleep shift' --`;
const removePackage = () => Promise.all(NODES.map((node) => on(node, 'apt-get -qq -y remove apparmor')));
const hasPackage = (node: string) => on(node, "dpkg -s apparmor | sed -n 's/^Status: .* //p'");

test('the network of a node cut in mid-apply: told as lost, the others finish, the next run converges', async () => {
  await removePackage();
  const held = on(BAD, `${HOLD} 90`);
  const run = inBackground(file);
  await run.saw('a step runs there', ({ kind, host }) => kind === 'step-started' && host === BAD);
  const begin = Date.now();
  await cut();
  const { exitCode, stdout } = await run.running;
  figure('a cut in mid-apply: seconds until it is told', Math.round((Date.now() - begin) / 1000));
  await expectFault('a cut in mid-apply', { code: exitCode ?? 255, events: eventsOf(stdout) }, 'lost', 4);
  for (const node of GOOD) expect(await hasPackage(node)).toBe('installed');
  await heal();
  await held;
  for (let tries = 0; tries < 20; tries++) {
    const ran = await json(file);
    if (ran.code === 0) break;
    await sleep(3000);
  }
  await whole();
});

/** A node that comes back makes the managers vote again, for some seconds more than once. */
async function settled() {
  let calm = 0;
  await eventually('the swarm has its leader for 15 seconds', 120, async () => {
    const list = await nodeList('node-1').catch(() => []);
    calm =
      list.length === 3 && list.every((line) => / Ready Active (Leader|Reachable)$/.test(line))
        ? calm + 1
        : 0;
    return calm >= 15;
  });
}

test('a dpkg lock that is held for three minutes is waited for, and said', async () => {
  await settled();
  await removePackage();
  const held = on(BAD, `${HOLD} 180`);
  await sleep(500);
  const begin = Date.now();
  const ran = await json(file, '-v');
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  const seconds = Math.round((Date.now() - begin) / 1000);
  figure('a dpkg lock held for 180 s: seconds that the run took', seconds);
  expect(seconds).toBeGreaterThan(150);
  expect(ran.stdout).toContain(
    'waiting for the lock that another program holds: /var/lib/dpkg/lock-frontend',
  );
  await held;
  expect(finished(await json(file))?.changes).toBe(0);
});
