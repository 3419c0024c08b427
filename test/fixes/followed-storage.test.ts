import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inspectLeft } from '../../playbooks/storage/left.ts';
import { inspectMounts } from '../../playbooks/storage/mounts.ts';
import { siteOf } from '../storage/sites.ts';
import { refusedWith } from './cases.ts';
import { Sandbox } from './sandbox.ts';

test('files at a mount point are moved aside, and brought over nothing that the storage has', () => {
  const host = new Sandbox({ mountpoint: '' });
  host.write('mailu/mail/a', 'old');
  const away = refusedWith('mount', 'Stop what uses these files, and move them aside');
  expect(host.paste(away, ['/mailu'])).toBe(0);
  expect(host.read('mailu/mail/a')).toBeUndefined();
  // Never over what was moved aside before.
  host.write('mailu/mail/a', 'shared');
  expect(host.paste(away, ['/mailu'])).not.toBe(0);
  host.write('mailu.before/mail/b', 'only here');
  host.paste(refusedWith('mount', 'Then run again. When /mailu is mounted'), ['/mailu']);
  expect([host.read('mailu/mail/a'), host.read('mailu/mail/b')]).toEqual(['shared', 'only here']);
  expect(host.read('mailu.before/mail/a')).toBe('old');
});

test('what the storage does not have is copied from another directory; nothing where none is named', () => {
  const host = new Sandbox({ mountpoint: '' });
  const copy = refusedWith('mount', 'When 172.31.77.11:/mailu is mounted, copy');
  host.write('mailu/a', 'shared');
  host.write('other/a', 'old');
  host.write('other/b', 'only there');
  expect(host.paste(copy, ['/mailu'])).not.toBe(0);
  expect(host.read('mailu/b')).toBeUndefined();
  host.paste(copy.replaceAll('DIRECTORY', 'other'), ['/mailu']);
  expect([host.read('mailu/a'), host.read('mailu/b'), host.read('other/a')]).toEqual([
    'shared',
    'only there',
    'old',
  ]);
});

test('nothing is copied where the storage is not mounted', () => {
  const host = new Sandbox({ mountpoint: 'exit 1' });
  host.write('mailu.before/b', 'only here');
  host.write('mailu/a', '');
  host.paste(refusedWith('mount', 'Then run again. When /mailu is mounted'), ['/mailu']);
  expect(host.read('mailu/b')).toBeUndefined();
});

test('a unit that mounts another storage is started, or moved aside, and never over one that was', () => {
  const host = new Sandbox({ systemctl: '' });
  host.write('etc/systemd/system/mailu.mount', 'theirs');
  host.paste(refusedWith('mount', 'Where nas.example.org:/vol/mail may have mail, mount it'));
  const aside = refusedWith('mount', 'Where 172.31.77.11:/mailu is to take its place, move the unit aside');
  expect(host.paste(aside, ['/etc'])).toBe(0);
  expect(host.read('etc/systemd/system/mailu.mount.old')).toBe('theirs');
  expect(host.told).toEqual(['systemctl start -- mailu.mount', 'systemctl daemon-reload']);
  host.write('etc/systemd/system/mailu.mount', 'new');
  expect(host.paste(aside, ['/etc'])).not.toBe(0);
  expect(host.read('etc/systemd/system/mailu.mount')).toBe('new');
});

test('our line of exports forgets the disk that the files were on, and says all else as before', () => {
  const host = new Sandbox();
  const line = (more: string) => `/srv/mailu 192.0.2.1(rw,sync${more},no_root_squash)\n`;
  host.write('etc/exports.d/provision.exports', line(',mp=/srv'));
  host.write('srv/mailu/mail/a', '');
  const forget = refusedWith('nfs-export', 'If its files are on this disk from now on');
  expect(host.paste(forget, ['/etc', '/srv/mailu'])).toBe(0);
  expect(host.read('etc/exports.d/provision.exports')).toBe(line(''));
});

test("Docker's data is copied once Docker has stopped, and over nothing", () => {
  const host = new Sandbox({ systemctl: '' });
  host.write('var/lib/docker/swarm/state.json', '{}');
  mkdirSync(host.at('srv'));
  const move = refusedWith('docker-daemon', 'to move it, one host at a time');
  const [, from = '', to = ''] = /cp -aT -- (\S+) (\S+)$/.exec(move) ?? [];
  host.write(`${from}/swarm/state.json`, '{}');
  expect(host.paste(move, [from, to])).toBe(0);
  expect(host.read(`${to}/swarm/state.json`)).toBe('{}');
  expect(host.read(`${from}/swarm/state.json`)).toBe('{}');
  expect(host.told).toEqual(['systemctl stop docker.service docker.socket']);
  expect(host.paste(move, [from, to])).not.toBe(0);
  expect(host.told).toHaveLength(1);
});

const MOUNT = {
  where: '/old',
  source: 'nas:/vol',
  type: 'nfs4',
  outdated: false,
  freeBytes: 2 ** 40,
  hidden: undefined,
};

/** A host with a mount of ours, and what it is told of it. */
function mounted<T>(settings: object, mount: object, inspect: (site: never) => Iterable<T>): T | undefined {
  const site = siteOf(settings, [{ name: 'node-1' }]);
  const hosts = site.hosts.map((host) => ({
    ...host,
    onHost: (command: string) => `node-1$ ${command}`,
    facts: { ...host.facts, mounts: [{ ...MOUNT, ...mount }] },
  }));
  return [...inspect({ ...site, hosts } as never)][0];
}

test('a mount that the inventory no longer has is taken away, and Docker no longer waits for it', () => {
  const fix = mounted({}, {}, inspectLeft)?.fix.at(-1) ?? '';
  const host = new Sandbox({ systemctl: '', 'systemd-escape': 'echo old.mount' });
  host.write('etc/systemd/system/docker.service.d/provision-storage.conf', '');
  host.write('etc/systemd/system/docker.service.d/theirs.conf', 'x');
  expect(host.paste(fix, ['/etc'])).toBe(0);
  expect(host.read('etc/systemd/system/docker.service.d/provision-storage.conf')).toBeUndefined();
  expect(host.read('etc/systemd/system/docker.service.d/theirs.conf')).toBe('x');
  expect(host.told).toEqual([
    'systemctl daemon-reload',
    'systemd-escape --path --suffix=mount /old',
    'systemctl disable --now old.mount',
  ]);
});

test.each([
  ['docker.service', false],
  ['other.service', true],
])('a mount that %s waits for is taken away: %s', (unit, taken) => {
  const fix = mounted({ kind: 'nfs', server: 'nas', export: '/vol' }, {}, inspectLeft)?.fix.at(-1) ?? '';
  const host = new Sandbox({
    systemctl: `[ "$1" != show ] || echo ${unit}`,
    'systemd-escape': 'echo old.mount',
  });
  expect(host.paste(fix) === 0).toBe(taken);
  expect(host.told.includes('systemctl disable --now old.mount')).toBe(taken);
});

test('what was written below a mount is shown, and copied over nothing', () => {
  const settings = { kind: 'nfs', server: 'nas', export: '/vol' };
  const finding = mounted(settings, { where: '/mailu', hidden: 'one file' }, inspectMounts);
  const host = new Sandbox({ mount: '', umount: '' });
  host.write('run/below/mailu/a', 'below');
  host.write('run/below/mailu/b', 'below');
  host.write('mailu/a', 'shared');
  for (const line of finding?.fix ?? []) host.paste(line, ['/run/below', '/mailu']);
  expect([host.read('mailu/a'), host.read('mailu/b')]).toEqual(['shared', 'below']);
  expect(host.told).toEqual([`mount --bind / ${host.at('run/below')}`, `umount ${host.at('run/below')}`]);
});
