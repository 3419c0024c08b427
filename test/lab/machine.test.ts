import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import {
  bareNodes,
  changedLines,
  figure,
  finished,
  inventory,
  json,
  plannedLines,
  unknownLines,
} from './harness.ts';
import { exec } from './lab.ts';

let file = '';
const playing = (name: string) => {
  const playbook = fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
  return (...args: readonly string[]) => json(...args, file, '--playbook', playbook, '--limit', 'node-2');
};
const run = playing('machine');

beforeAll(async () => {
  await bareNodes();
  file = inventory(3);
});

const on = async (command: string) => (await exec('node-2', command)).stdout;

test('every kind of a machine is made, proven, and left alone the next time', async () => {
  const planned = await run('plan');
  expect(unknownLines(planned)).toEqual(['node-2: service lab-demo.service']);
  expect((await run()).code).toBe(0);

  expect(await on('stat -c "%a %U:%G" /etc/lab-demo /etc/lab-demo/secret /etc/lab-demo/demo.conf')).toBe(
    '750 root:daemon\n600 daemon:daemon\n644 root:root\n',
  );
  expect(await on('cat /etc/lab-demo/secret /etc/lab-demo/demo.conf')).toBe(
    "it's hidden\n# for node-2\nword = a 'quoted' word\nword = $HOME\nword = <b>\n",
  );
  expect(
    await on(
      'systemctl is-enabled lab-demo; systemctl is-active lab-demo; systemctl show -P Restart lab-demo',
    ),
  ).toBe('enabled\nactive\nalways\n');
  expect(finished(await run())?.changes).toBe(0);
});

test('drift of every kind is named by the plan and undone by the run', async () => {
  await run();
  const before = await on('systemctl show -P MainPID lab-demo');
  await on(`apt-get -qq -y remove tree; chmod 755 /etc/lab-demo; echo x >>/etc/lab-demo/demo.conf;
    chown root /etc/lab-demo/secret; rm /etc/systemd/system/lab-demo.service.d/restart.conf; systemctl disable -q lab-demo`);
  const planned = await run('plan');
  expect(plannedLines(planned)).toEqual([
    'node-2: directory /etc/lab-demo: mode',
    'node-2: drop-in lab-demo.service/restart: content',
    'node-2: file /etc/lab-demo/demo.conf: content',
    'node-2: file /etc/lab-demo/secret: owner',
    'node-2: packages tree: tree',
    'node-2: service lab-demo.service: enabled',
    'node-2: service lab-demo.service: running',
  ]);
  const ran = await run();
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 0, changed: plannedLines(planned) });
  expect(await on('systemctl show -P MainPID lab-demo')).not.toBe(before);
  expect(finished(await run())?.changes).toBe(0);
  expect(JSON.stringify([planned, ran])).not.toContain('hidden');
});

test('a restart that an aborted run owes is made by the next', async () => {
  await run();
  await on('sleep 1; touch /etc/lab-demo/demo.conf');
  expect(changedLines(await run())).toEqual(['node-2: service lab-demo.service: running']);
  expect(finished(await run())?.changes).toBe(0);
});

test('a lock that another program holds is waited for, and a half configured package is finished', async () => {
  await run();
  await on('apt-get -qq -y remove tree');
  const held = exec(
    'node-2',
    `perl -MFcntl -e 'open F, ">>", "/var/lib/dpkg/lock-frontend"; my $l = pack("s s l! l! i", F_WRLCK, 0, 0, 0, 0); fcntl F, F_SETLK, $l or die; sleep 8'`,
  );
  await on('sleep 0.5');
  const begin = Date.now();
  const ran = await run();
  expect((await held).code).toBe(0);
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({
    code: 0,
    changed: ['node-2: packages tree: tree'],
  });
  expect(Date.now() - begin).toBeGreaterThan(5000);
  figure('a held dpkg lock, seconds that the run took', (Date.now() - begin) / 1000);

  await on(
    'echo tree hold | dpkg --set-selections; dpkg --unpack /var/cache/apt/archives/tree_*.deb; echo tree install | dpkg --set-selections',
  );
  const half = await on("dpkg -s tree | sed -n 's/^Status: //p'");
  expect(half).toContain('unpacked');
  const mended = await run();
  expect({ code: mended.code, changed: changedLines(mended) }).toEqual({
    code: 0,
    changed: ['node-2: packages tree: tree'],
  });
});

test('two runs at the same time: one is told who holds the lock', async () => {
  await run();
  await on('rm -rf /etc/lab-demo/demo.conf; apt-get -qq -y remove tree');
  const holder = exec(
    'node-2',
    'rm -f /run/done; exec 9>>/run/provision.lock; flock 9; echo somebody since noon >/run/provision.lock; touch /run/held; until [ -e /run/done ]; do sleep 0.2; done',
  );
  await on('until [ -e /run/held ]; do sleep 0.2; done');
  const ran = await run();
  expect(ran.code).toBe(2);
  expect(ran.events.find(({ kind }) => kind === 'host-failed')?.error).toMatchObject({
    code: 'lock-held',
    message: expect.stringContaining('somebody since noon'),
  });
  await on('rm /run/held; touch /run/done');
  await holder;
  expect((await run()).code).toBe(0);
});

test('lists of packages are fetched once, and again after another source is made known', async () => {
  await on(`apt-get -qq -y remove tree bc; rm -f /run/fetches; mkdir -p /srv/lists && cd /srv/lists
    for name in lab-one lab-two; do
      mkdir -p $name/DEBIAN
      printf 'Package: %s\\nVersion: 1\\nArchitecture: all\\nMaintainer: Lab <lab@example.org>\\nDescription: nothing\\n' $name >$name/DEBIAN/control
      dpkg-deb -b $name $name.deb
      { cat $name/DEBIAN/control; printf 'Filename: ./%s.deb\\nSize: %s\\nSHA256: %s\\n\\n' $name "$(stat -c %s $name.deb)" "$(sha256sum <$name.deb | cut -d' ' -f1)"; } >>Packages
    done
    echo 'APT::Update::Pre-Invoke { "echo fetched >>/run/fetches"; };' >/etc/apt/apt.conf.d/lab-count`);
  const ones = playing('lists');
  const ran = await ones();
  expect({ code: ran.code, changes: changedLines(ran).length }).toEqual({ code: 0, changes: 5 });
  const fetches = async () => (await on('wc -l </run/fetches')).trim();
  figure('lists fetched for four packages and a source between them', await fetches());
  expect(await fetches()).toBe('2');

  await on('apt-get -qq -y remove lab-two');
  expect(changedLines(await ones())).toEqual(['node-2: packages lab-two: lab-two']);
  expect(await fetches()).toBe('3');
});
