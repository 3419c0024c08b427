import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import {
  bareNodes,
  changedLines,
  counted,
  figure,
  finished,
  inventory,
  json,
  NODES,
  nodeList,
  plannedLines,
  type Ran,
  refusals,
} from './harness.ts';
import { cut, exec, heal, start, stop, up, wipe } from './lab.ts';
import { failures, follow, goesThrough, on } from './steps.ts';

const gluster = (tree: Record<string, unknown>) => {
  tree.storage = { kind: 'glusterfs', replica: 3 };
};
const warnings = (ran: Ran) =>
  ran.events
    .filter(({ kind }) => kind === 'finding')
    .map(({ finding }) => finding as { level: string; code: string; host: string })
    .filter(({ level }) => level === 'warn')
    .map(({ code, host }) => `${host}: ${code}`);

async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<number> {
  const begin = Date.now();
  while (!(await holds())) {
    if (Date.now() - begin > seconds * 1000) throw new Error(`not in ${seconds} s: ${what}`);
    await sleep(1000);
  }
  return (Date.now() - begin) / 1000;
}

let file = '';
beforeAll(async () => {
  await bareNodes();
  file = inventory(3, gluster);
});

test('three bare nodes get one file system; the second run changes nothing, in two execs a host', async () => {
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  for (const node of NODES) {
    expect(await on(node, 'findmnt -rn -o SOURCE,FSTYPE --mountpoint /mailu')).toMatch(
      /^172\.31\.77\.1[123]:\/mailu fuse\.glusterfs$/,
    );
    await on(node, `echo ${node} >/mailu/from-${node}`);
  }
  for (const node of NODES) expect(await on(node, 'cat /mailu/from-*')).toBe(NODES.join('\n'));

  const { result, counts } = await counted(NODES, () => json(file));
  expect({ code: result.code, changes: finished(result)?.changes }).toEqual({ code: 0, changes: 0 });
  expect(plannedLines(result)).toEqual([]);
  expect(warnings(result)).toEqual([]);
  expect(counts).toEqual(Object.fromEntries(NODES.map((node) => [node, { connections: 1, execs: 2 }])));
  figure('storage: no-op run, counted at sshd', counts);
});

test('without its storage Docker does not start, and the bare mount point cannot be written; both come back', async () => {
  await on('node-3', 'systemctl stop docker docker.socket mailu.mount');
  await cut('node-3');
  await sleep(3000);
  const started = await exec('node-3', 'timeout 100 systemctl start docker');
  expect(started.code).not.toBe(0);
  expect((await exec('node-3', 'systemctl is-active docker')).stdout.trim()).not.toBe('active');
  const written = await exec('node-3', 'echo x >/mailu/x');
  expect(written.code).not.toBe(0);
  expect(written.stderr).toContain('Operation not permitted');
  figure('docker without its storage', started.stderr.trim().split('\n')[0]);
  await heal('node-3');
  const seconds = await until('docker and the mount are back', 120, async () =>
    /^active\nactive/.test((await exec('node-3', 'systemctl is-active docker mailu.mount')).stdout),
  );
  figure('storage back: seconds until Docker runs again by itself', seconds);
  await until('the swarm has three managers', 60, async () =>
    (await nodeList('node-1')).every((line) => / Ready Active (Leader|Reachable)$/.test(line)),
  );
  expect(finished(await json(file))?.changes).toBe(0);
});

test('a program that hangs or fails is "could not look": nothing is changed', async () => {
  for (const [program, code] of [
    ['findmnt', 'could-not-look'],
    ['gluster', 'could-not-look'],
  ] as const)
    for (const does of ['sleep 400', 'exit 3']) {
      await on(
        'node-2',
        `printf '#!/bin/sh\\n${does}\\n' >/usr/local/bin/${program}; chmod 755 /usr/local/bin/${program}`,
      );
      const ran = await json(file);
      await on('node-2', `rm /usr/local/bin/${program}`);
      figure(`${program}: ${does}`, failures(ran)[0]?.message);
      expect({ program, does, code: ran.code, changed: changedLines(ran) }).toEqual({
        program,
        does,
        code: 2,
        changed: [],
      });
      expect(failures(ran)).toMatchObject([{ host: 'node-2', code }]);
    }
  await on('node-2', "printf '#!/bin/sh\\nsleep 400\\n' >/usr/local/bin/df; chmod 755 /usr/local/bin/df");
  const ran = await json(file);
  await on('node-2', 'rm /usr/local/bin/df');
  figure('df: sleep 400', [ran.code, failures(ran)[0]?.message ?? warnings(ran)]);
  expect(changedLines(ran)).toEqual([]);
  expect(failures(ran).length + warnings(ran).length).toBeGreaterThan(0);
});

test('an option that changed is said and waits for --remount', async () => {
  await on('node-2', 'sleep 1; echo "# by hand" >>/etc/systemd/system/mailu.mount');
  const before = await on('node-2', 'systemctl show -P ActiveEnterTimestampMonotonic mailu.mount');
  const ran = await json(file);
  expect(changedLines(ran)).toEqual([
    'node-2: mount /mailu: unit (mounted so after --remount)',
    'node-2: mount /mailu: unit file',
  ]);
  const again = await json(file);
  expect({ changes: finished(again)?.changes, warnings: warnings(again) }).toEqual({
    changes: 0,
    warnings: ['node-2: remount-needed'],
  });
  expect(await on('node-2', 'systemctl show -P ActiveEnterTimestampMonotonic mailu.mount')).toBe(before);
  const remounted = await json(file, '--remount');
  expect({ code: remounted.code, changed: changedLines(remounted) }).toEqual({
    code: 0,
    changed: ['node-2: remount /mailu: mounted'],
  });
  const last = await json(file);
  expect({ changes: finished(last)?.changes, warnings: warnings(last) }).toEqual({
    changes: 0,
    warnings: [],
  });
});

test('glusterd that is started again, as by an upgrade, has its brick online without anybody', async () => {
  await on('node-2', 'systemctl restart glusterd');
  const online = () =>
    on(
      'node-1',
      "gluster volume status mailu detail | sed -n -e '/^Brick .*172.31.77.12/,/^Online/s/^Online *: //p'",
    );
  const start = Date.now();
  await expect.poll(online, { timeout: 120_000, interval: 2000 }).toBe('Y');
  figure('glusterd restarted, its brick online after, seconds', Math.round((Date.now() - start) / 1000));
  expect(finished(await json(file))?.changes).toBe(0);
});

test('a self-heal daemon that somebody turned off is turned on, and the root of the volume, where it alone is left to heal, is waited for', async () => {
  const heals = (mode: string) =>
    on('node-1', `gluster --mode=script volume set mailu cluster.self-heal-daemon ${mode}`);
  const left = () =>
    on('node-1', "gluster volume heal mailu info | grep -v -e '^Brick' -e '^ *$' | tr '\n' '|'");
  const online = () => on('node-1', "gluster volume status mailu detail | grep -c '^Online *: Y'");
  const alone = '/ |Status: Connected|Number of entries: 1|';
  const healed = 'Status: Connected|Number of entries: 0|';
  // With nobody to heal it, what a run sees for a moment just after a brick was emptied stays as it is.
  await heals('off');
  try {
    await on('node-3', 'systemctl stop glusterd; pkill -x glusterfsd; sleep 1');
    await on('node-1', 'mkdir /mailu/once; rmdir /mailu/once');
    await on('node-3', 'systemctl start glusterd');
    await expect.poll(left, { timeout: 60_000, interval: 1000 }).toBe(`${alone}${alone}${healed}`);
    await expect.poll(online, { timeout: 60_000, interval: 1000 }).toBe('3');
    expect(plannedLines(await json('plan', file))).toEqual([
      'node-1: gluster-heal mailu: entries to heal',
      'node-1: gluster-volume mailu: cluster.self-heal-daemon',
    ]);
    await goesThrough(file);
  } finally {
    await heals('on');
  }
  expect(await left()).toBe(`${healed}${healed}${healed}`);
});

test('a brick whose disk is away is not made anew on the disk below it', async () => {
  await on(
    'node-3',
    'systemctl stop glusterd; pkill -x glusterfsd; sleep 1; umount -l /srv/gluster; systemctl start glusterd',
  );
  const ran = await json(file);
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  figure('a brick without its disk', refusals(ran)[0]?.message);
  expect(refusals(ran).map(({ message }) => message)).toContainEqual(expect.stringContaining('/srv/gluster'));
  expect(await on('node-3', 'ls -A /srv/gluster')).toBe('');
  // The disk comes back with a boot.
  await stop('node-3');
  await start('node-3');
  await goesThrough(file);
  expect(finished(await json(file))?.changes).toBe(0);
});

test('a node that was wiped gets its brick back, by the words of the runs alone', async () => {
  await on('node-1', 'mkdir /mailu/mail; cd /mailu/mail; for i in $(seq 2000); do echo "mail $i" >$i; done');
  // Which files of a brick are not as they were written: name, size, times.
  const differing =
    'cd /srv/gluster/mailu/mail && for i in $(seq 2000); do [ "$(cat $i 2>&1)" = "mail $i" ] || stat -c "%n %s %y %z" $i; done 2>&1 | head; [ $(ls | wc -l) = 2000 ] || ls | wc -l';
  expect(await on('node-1', differing)).toBe('');
  await wipe('node-3');

  const first = await json(file);
  expect({ code: first.code, changed: changedLines(first) }).toEqual({ code: 4, changed: [] });
  await follow(failures(first)[0]?.fix[0]);
  const second = await json(file);
  expect({ code: second.code, changed: changedLines(second) }).toEqual({ code: 5, changed: [] });
  for (const { fix } of refusals(second)) await follow(fix[0]);
  // Half of the list of files is never shown while the brick fills.
  const watching = exec(
    'node-1',
    'rm -f /run/stop; least=99999; until [ -e /run/stop ]; do n=$(ls /mailu/mail | wc -l); [ "$n" -ge "$least" ] || least=$n; sleep 0.3; done; echo $least',
  );
  const third = await json(file);
  await exec('node-1', 'touch /run/stop');
  expect({ code: third.code, failures: failures(third) }).toEqual({ code: 0, failures: [] });
  expect((await watching).stdout.trim()).toBe('2000');
  const progress = third.events.filter(
    ({ kind, line }) => kind === 'step-output' && /left to heal/.test(String(line)),
  );
  const found = await Promise.all(
    NODES.map(async (node) => ({ node, differing: await on(node, differing) })),
  );
  expect(found).toEqual(NODES.map((node) => ({ node, differing: '' })));
  const left = await on(
    'node-1',
    "gluster volume heal mailu info summary | sed -n 's/^Total Number of entries: //p'",
  );
  expect(left).toBe('0\n0\n0');
  figure('wiped brick: files equal on three bricks, left to heal, lines of progress', [
    2000,
    left.split('\n'),
    progress.length,
  ]);
  expect(finished(await json(file))?.changes).toBe(0);
});

test('a fourth host mounts it as a client', async () => {
  await up({ nodes: 4 });
  const four = inventory(4, gluster);
  const ran = await json(four);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(await on('node-4', 'cat /mailu/from-*')).toBe(NODES.join('\n'));
  expect((await exec('node-4', 'command -v glusterd')).code).not.toBe(0);
  expect(finished(await json(four))?.changes).toBe(0);
});
