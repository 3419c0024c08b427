import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { $, sleep, until } from '../lab/shell.ts';
import { Machines } from './machines.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const began = Date.now();
const say = (text: string) => console.log(`${Math.round((Date.now() - began) / 1000)} s  ${text}`);

async function provision(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await $({
    cwd: ROOT,
  })`node bin/provision.js inventory/vm.yaml --output json --timeout 3600 ${args}`;
  const events = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { kind: string; changes?: number });
  if (exitCode !== 0) {
    console.log(stderr);
    for (const event of events.filter(({ kind }) => kind === 'host-failed' || kind === 'finding'))
      console.log(JSON.stringify(event));
  }
  return { code: exitCode, changes: events.find(({ kind }) => kind === 'run-finished')?.changes };
}

const MOUNTED = /^172\.31\.78\.11:\/srv\/mailu nfs4 \S*vers=4\.2\S*hard/;

/** Bare machines to swarm and NFS; again; a client rebooted; the server stopped and back. */
async function scenario(machines: Machines): Promise<void> {
  const mounted = async (number: number) =>
    (await machines.ssh(number, 'findmnt -rn -o SOURCE,FSTYPE,OPTIONS --mountpoint /mailu')).stdout.trim();
  const on = async (number: number, command: string) => {
    const { code, stdout, stderr } = await machines.ssh(number, command);
    assert.equal(code, 0, `vm-${number}: ${command}: ${stderr}`);
    return stdout.trim();
  };

  // The export is on a disk of its own.
  await on(
    1,
    "sh -c 'truncate -s 256M /disk.img && mkfs.ext4 -q /disk.img && mkdir -p /srv && echo /disk.img /srv ext4 loop,nofail 0 2 >>/etc/fstab && mount /srv'",
  );

  const first = await provision();
  say(`figure  bare machines to swarm and NFS: exit ${first.code}, ${first.changes} changes`);
  assert.equal(first.code, 0);
  for (const number of [1, 2, 3]) {
    assert.match(await mounted(number), MOUNTED);
    await on(number, `echo ${number} >/mailu/from-${number}`);
  }
  for (const number of [1, 2, 3]) assert.equal(await on(number, 'cat /mailu/from-*'), '1\n2\n3');
  say(`figure  mounted: ${await mounted(2)}`);

  const second = await provision();
  say(`figure  second run: exit ${second.code}, ${second.changes} changes`);
  assert.deepEqual(second, { code: 0, changes: 0 });

  await on(2, "sh -c 'flock -n /mailu/lock sleep 40 >/dev/null 2>&1 & sleep 3'");
  assert.notEqual((await machines.ssh(3, 'flock -n /mailu/lock true')).code, 0);
  assert.notEqual((await machines.ssh(1, 'flock -n /mailu/lock true')).code, 0);
  say('figure  a lock of one node is seen by the others, the server among them: yes');

  await machines.ssh(2, 'systemctl reboot');
  await sleep(20_000);
  await machines.answers(2);
  await until('vm-2 has mounted again and runs Docker', 600, async () => {
    const { stdout } = await machines.ssh(2, 'systemctl is-active docker mailu.mount');
    return stdout === 'active\nactive\n' && MOUNTED.test(await mounted(2));
  });
  say('figure  a client rebooted: mounted again, Docker runs');

  await on(1, 'systemctl stop nfs-server');
  await on(
    3,
    "sh -c '(echo held >/mailu/held; sync /mailu/held; date +%s >/root/written) >/dev/null 2>&1 &'",
  );
  await sleep(20_000);
  assert.notEqual((await machines.ssh(3, 'test -e /root/written')).code, 0);
  await on(1, 'systemctl start nfs-server');
  await until(
    'the write that was held up has ended',
    300,
    async () => (await machines.ssh(3, 'test -e /root/written')).code === 0,
  );
  assert.equal(await on(2, 'cat /mailu/held'), 'held');
  say('figure  the server stopped and back: a write waited and was not lost');

  assert.match(await on(1, 'cat /etc/exports.d/provision.exports'), /,mp=\/srv\)/);
  await on(1, "sh -c 'systemctl stop nfs-server && umount /srv && systemctl start nfs-server'");
  const away = await provision();
  assert.notEqual(away.code, 0);
  assert.equal(away.changes ?? 0, 0);
  const stranger = 'mount -t nfs4 -o soft,timeo=50,retrans=1 172.31.78.11:/srv/mailu /mnt';
  assert.notEqual((await machines.ssh(3, stranger)).code, 0);
  say(
    `figure  the disk of the export is away: nobody is let in, a run ends with ${away.code} and changes nothing`,
  );
  await on(1, "sh -c 'systemctl stop nfs-server && mount /srv && systemctl start nfs-server'");
  for (const number of [1, 2, 3])
    await until(
      `vm-${number} reads again`,
      300,
      async () => (await machines.ssh(number, 'cat /mailu/held')).stdout === 'held\n',
    );
  say('figure  the disk is back: all of them read again');

  const last = await provision();
  say(`figure  last run: exit ${last.code}, ${last.changes} changes`);
  assert.deepEqual(last, { code: 0, changes: 0 });
}

await using machines = await Machines.boot(3);
say('three machines answer ssh');
await scenario(machines);
say('done');
