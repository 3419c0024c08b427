import { describe, expect, test } from 'vitest';
import { clusterSettings as mailuSettings } from '../../playbooks/settings/mailu.ts';
import { clusterSettings } from '../../playbooks/settings/storage.ts';
import storage from '../../playbooks/storage.ts';
import { formMistake, nested, placeMistake } from '../../src/rules/index.ts';

describe('what cannot be the path of a directory', () => {
  test.each([
    ['mailu', /absolute/],
    ['./mailu', /absolute/],
    ['', /absolute/],
    ['~/mail', /absolute/],
    ['/mailu/', /without a slash at its end/],
    ['//', /without a slash at its end/],
    ['//mailu', /one slash/],
    ['/srv//mailu', /one slash/],
    ['/mailu/../etc', /without `\.\.`/],
    ['/..', /without `\.\.`/],
    ['/mailu/..', /without `\.\.`/],
    ['/./mailu', /without `\.`/],
    ['/mailu/.', /without `\.`/],
    ['/srv/mail box', /letters, digits/],
    ['/srv/mail:1', /letters, digits/],
    ["/srv/mail'", /letters, digits/],
    ['/srv/$HOME', /letters, digits/],
    ['/srv/*', /letters, digits/],
    ['/srv/mail\n', /letters, digits/],
    [`/srv/${'a'.repeat(256)}`, /255 characters/],
  ])('%j', (path, words) => {
    expect(formMistake(path)).toMatch(words);
    expect(clusterSettings.safeParse({ root: path }).success).toBe(false);
  });
});

test('a name may be as long as a file system takes it, by the byte', () => {
  expect(formMistake(`/srv/${'a'.repeat(255)}`)).toBeUndefined();
  expect(formMistake(`/${'a'.repeat(255)}/${'b'.repeat(255)}`)).toBeUndefined();
  expect(formMistake(`/srv/${'ä'.repeat(128)}`)).toMatch(/255 characters/);
});

const WRONG = `/ /home /media /mnt /opt /srv /var /var/lib /var/mail /var/spool /var/spool/mail
  /bin /boot /boot/efi /dev /dev/shm /dev/shm/mailu /etc /etc/mailu /lib /lib64 /lib64/x /proc /proc/1 /root /root/mailu
  /run /run/mailu /sbin /sys /sys/fs/cgroup /tmp /tmp/mailu /usr /usr/bin /usr/local /usr/local/mailu /usr/share/mailu
  /var/backups /var/cache/mailu /var/lib/apt /var/lib/containerd /var/lib/docker /var/lib/docker/volumes/mailu
  /var/lib/docker/x/../y /var/lib/dpkg /var/lib/glusterd /var/lib/glusterd/vols /var/lib/systemd /var/lock /var/log
  /var/log/mailu /var/run /var/run/mailu /var/tmp /var/tmp/mailu /snap/mailu /nix/store /lost+found`
  .split(/\s+/)
  .filter((path) => !path.includes('..'));
const RIGHT =
  `/mailu /mail /data /data/mailu /srv/mailu /srv/gluster/mailu /home/mailu /home2 /mnt/mailu /media/disk/mailu
  /opt/mailu /var/mailu /var/lib/mailu /var/lib/docker-mailu /var/lib/dockerx /var/spool/mailu /var/vmail /etcetera /usr2
  /tmpfs /rooted /runs/x /export /nfs/mail.d /srv/mail-1_2.3 /.hidden /.../x /srv/..x`.split(/\s+/);

describe('where data can be kept', () => {
  test.each(WRONG)('not in %s', (path) => {
    expect(placeMistake(path)).toMatch(/; use a directory /);
    expect(clusterSettings.safeParse({ root: path }).success).toBe(false);
    expect(clusterSettings.safeParse({ kind: 'glusterfs', brickPath: path }).success).toBe(false);
    const database = { kind: 'sqlite', path };
    const { error } = mailuSettings.safeParse({ database });
    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain('database.path');
  });

  test.each(RIGHT)('in %s', (path) => {
    expect(formMistake(path)).toBeUndefined();
    expect(placeMistake(path)).toBeUndefined();
    expect(clusterSettings.safeParse({ root: path }).success).toBe(true);
  });

  test('every place has words of its own that name a way out', () => {
    for (const path of WRONG) expect(placeMistake(path)).toMatch(/^\/\S* has .+; use a directory of its own/);
    expect(placeMistake('/srv')).toBe(
      '/srv has the data of all services, bricks included; use a directory of its own, such as /srv/mailu',
    );
  });
});

test.each([
  ['/a', '/a', 'the same as'],
  ['/a/b', '/a', 'inside'],
  ['/a', '/a/b', 'around'],
  ['/ab', '/a', undefined],
  ['/a', '/ab', undefined],
  ['/', '/a', 'around'],
  ['/a', '/', 'inside'],
])('%s is, to %s: %s', (path, other, how) => {
  expect(nested(path, other)).toBe(how);
});

/** What the section's check says of three hosts, each as `setting: words`. */
function checked(settings: object): readonly string[] {
  const hosts = [1, 2, 3].map((number) => ({
    name: `node-${number}`,
    address: `192.0.2.${number}`,
    settings: number === 3 ? { address: '10.0.0.3' } : {},
    facts: undefined,
  }));
  const cluster = { settings: clusterSettings.parse(settings), hosts, name: 'm', others: {} };
  return storage
    .validate(cluster as never)
    .map(({ path, message }) => `${path.slice(1).join('.')}: ${message.split(/[,:;]/)[0]}`);
}

describe('directories that would hide one another', () => {
  const gluster = (settings: object) => checked({ kind: 'glusterfs', ...settings });
  const nfs = (settings: object) =>
    checked({ kind: 'nfs', server: 'node-1', export: '/srv/mail', ...settings });
  test.each([
    [gluster({}), []],
    [gluster({ brickPath: '/mailu' }), ['brickPath: the brick /mailu is the same as /mailu']],
    [gluster({ brickPath: '/mailu/brick' }), ['brickPath: the brick /mailu/brick is inside /mailu']],
    [
      gluster({ root: '/data/a/b', brickPath: '/data/a' }),
      ['brickPath: the brick /data/a is around /data/a/b'],
    ],
    [gluster({ root: '/srv/gluster' }), ['root: the brick /srv/gluster/mailu is inside /srv/gluster']],
    [
      gluster({ root: '/srv/gluster/gv0/x', volume: 'gv0' }),
      ['root: the brick /srv/gluster/gv0 is around /srv/gluster/gv0/x'],
    ],
    [gluster({ root: '/mailu', brickPath: '/mailu2' }), []],
    [nfs({}), []],
    [nfs({ export: '/mailu' }), ['export: /mailu is the same as /mailu']],
    [nfs({ export: '/mailu/x' }), ['export: /mailu/x is inside /mailu']],
    [nfs({ root: '/srv/mail/x' }), ['export: /srv/mail is around /srv/mail/x']],
    [nfs({ server: '192.0.2.2', export: '/mailu' }), ['export: /mailu is the same as /mailu']],
    [nfs({ server: '10.0.0.3', export: '/mailu' }), ['export: /mailu is the same as /mailu']],
    [nfs({ export: '/home' }), ['export: /home has the homes of all users']],
    [nfs({ export: '/etc/x' }), ['export: /etc has the settings of the system']],
    // Another machine may have its own ways.
    [nfs({ server: '192.0.2.99', export: '/mailu' }), []],
    [nfs({ server: '192.0.2.99', export: '/home' }), []],
    [nfs({ server: '192.0.2.99', export: '/' }), []],
    [nfs({ server: '192.0.2.99', export: '/etc' }), ['export: /etc has the settings of the system']],
    [nfs({ server: '192.0.2.99', export: '/proc/x' }), ['export: /proc has the processes of the kernel']],
  ])('%#: %j', (found, expected) => {
    expect(found).toEqual(expected);
  });
});
