import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AWAY } from '../../src/facts/index.ts';
import { sh } from '../../src/shell/index.ts';

/** A host on which nothing is mounted, whose fstab and units are the test's. */
class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'provision-away-'));
  readonly #bin = join(this.folder, 'bin');

  constructor() {
    mkdirSync(this.#bin);
    this.fstab('');
    this.command('findmnt', 'exit 1');
    this.command('systemctl', 'exit 0');
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  directory(path: string): string {
    mkdirSync(this.path(path), { recursive: true });
    return this.path(path);
  }

  fstab(text: string): void {
    writeFileSync(this.path('fstab'), text);
  }

  command(name: string, text: string): void {
    const path = join(this.#bin, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }

  commandFirst(name: string, text: string): void {
    const before = readFileSync(join(this.#bin, name), 'utf8');
    this.command(name, `${text}\n${before}`);
  }

  /**
   * Units as `systemctl show` prints them: those that are asked for by name, and of the others those that have failed. Without a file,
   * nobody can name them.
   */
  units(
    ...units: readonly { where: string; active: string; enabled?: string; text?: string; file?: boolean }[]
  ): void {
    const shown = units.map(({ where, active, enabled = '', text = '[Mount]', file = true }) => {
      // As systemd.unit(5) says: `/` becomes `-`, and other characters their number.
      const id = `${where.slice(1).replaceAll('-', '\\x2d').replaceAll(' ', '\\x20').replaceAll('/', '-')}.mount`;
      if (file) writeFileSync(join(this.directory('units'), id), text);
      return `case " $* " in *' ${id} '*${active === 'failed' ? " | *' --state=failed '*'*.mount '*" : ''}) printf '%s\\n' 'Where=${where}' 'Id=${id}' 'ActiveState=${active}' 'UnitFileState=${enabled}' 'FragmentPath=${file ? this.path(`units/${id}`) : ''}' '' ;; esac`;
    });
    this.command('systemctl', shown.join('\n'));
  }

  away(shell: string, path: string): string {
    const { stdout, stderr } = spawnSync(shell, ['-s'], {
      input: sh`
        ${AWAY}
        told=$(away ${path})
        echo "$told"`
        .reveal()
        .replaceAll('/etc/systemd/system', this.path('units'))
        .replaceAll('/etc/fstab', this.path('fstab'))
        .replaceAll('/etc/zfs/zpool.cache', this.path('zpool.cache'))
        .replaceAll('/var/lib/dpkg', this.path('var/lib/dpkg')),
      encoding: 'utf8',
      env: { PATH: `${this.#bin}:${process.env.PATH}`, LC_ALL: 'C' },
    });
    return (stderr + stdout).trim().replaceAll(this.folder, '');
  }
}

describe.each(['dash', 'bash'])('what may be on a disk that is not there now, in %s', (shell) => {
  test('nothing is, where nothing says so', () => {
    const host = new Host();
    host.fstab(`/dev/a / ext4 defaults 0 1\n/dev/b ${host.path('other')} xfs defaults 0 2\n`);
    host.units({ where: host.path('other'), active: 'failed' });
    expect(host.away(shell, host.directory('srv/mail'))).toBe('');
    expect(host.away(shell, host.path('not/there'))).toBe('');
  });

  test('a link that leads nowhere', () => {
    const host = new Host();
    symlinkSync('/nowhere/disk', host.path('srv'));
    expect(host.away(shell, host.path('srv/mail'))).toBe(
      '/srv leads to /nowhere/disk, which is not there: bring that back, or remove the link where it is gone for good',
    );
  });

  test.each([
    ['', 'at it'],
    ['/mail', 'above it'],
  ])('the last line of an fstab that does not end in a line break (%s)', (below) => {
    const host = new Host();
    const srv = host.directory('srv');
    host.fstab(`/dev/a / ext4 defaults 0 1\n/dev/b ${srv} xfs defaults,nofail 0 2`);
    expect(host.away(shell, `${srv}${below}`)).toMatch(/^\/srv, which \/fstab names, is not mounted/);
  });

  test.each([
    ['ext4 defaults,noauto', true],
    ['xfs noauto,nofail', true],
    ['nfs4 noauto,_netdev', false],
    ['glusterfs defaults,noauto', false],
  ])('a file system that is mounted by hand, once somebody has unlocked it: %s', (line, away) => {
    const host = new Host();
    host.fstab(`/dev/mapper/mail ${host.directory('srv')} ${line} 0 2\n`);
    const told = host.away(shell, host.path('srv/mail'));
    if (away) expect(told).toMatch(/^\/srv, which \/fstab names, is not mounted/);
    else expect(told).toBe('');
  });

  test('a mount point with a space, as fstab writes it', () => {
    const host = new Host();
    const srv = host.directory('my disk');
    host.fstab(`/dev/b ${srv.replace(' ', '\\040')}/ xfs defaults,nofail 0 2\n`);
    expect(host.away(shell, join(srv, 'mail'))).toMatch(/^\/my disk, which \/fstab names, is not mounted/);
  });

  test('a mount point that fstab names through a link, as mount(8) and systemd follow it', () => {
    const host = new Host();
    symlinkSync(host.directory('disk'), host.path('srv'));
    host.fstab(`/dev/b ${host.path('srv/mailu')} xfs defaults,nofail 0 2\n`);
    host.directory('disk/mailu');
    expect(host.away(shell, host.path('srv/mailu/mail'))).toMatch(
      /^\/srv\/mailu, which \/fstab names, is not mounted/,
    );
    expect(host.away(shell, host.path('disk/mailu/mail'))).toMatch(/^\/srv\/mailu, which/);
    expect(host.away(shell, host.path('srv/other'))).toBe('');
  });

  test('one that is mounted is there', () => {
    const host = new Host();
    host.fstab(`/dev/b ${host.directory('srv')} xfs defaults,nofail 0 2`);
    host.command('findmnt', 'exit 0');
    expect(host.away(shell, host.path('srv/mail'))).toBe('');
  });

  test.each([
    ['failed', 'enabled'],
    ['inactive', 'enabled'],
    ['activating', 'enabled'],
    ['failed', 'disabled'],
    ['failed', 'static'],
  ])('the unit of somebody that mounts it is %s and %s', (active, enabled) => {
    const host = new Host();
    const where = host.directory('my-disk/a b');
    host.units({ where, active, enabled });
    expect(host.away(shell, join(where, 'mail'))).toMatch(
      /^\/my-disk\/a b, which \S+my\\x2ddisk-a\\x20b\.mount mounts, is not mounted: start that unit/,
    );
  });

  test.each([
    ['active', 'enabled'],
    ['inactive', 'disabled'],
    ['inactive', 'static'],
    ['inactive', 'generated'],
  ])('a unit that is %s and %s keeps nothing away', (active, enabled) => {
    const host = new Host();
    host.units({ where: host.directory('srv'), active, enabled });
    expect(host.away(shell, host.path('srv/mail'))).toBe('');
  });

  test('a unit of ours is mounted by the run that asks', () => {
    const host = new Host();
    host.units({
      where: host.directory('srv'),
      active: 'failed',
      enabled: 'enabled',
      text: '# Written by provision.\n[Unit]\n',
    });
    expect(host.away(shell, host.path('srv'))).toBe('');
  });

  test('the unit is found through a link to its mount point', () => {
    const host = new Host();
    host.units({ where: host.directory('disk'), active: 'failed' });
    symlinkSync(host.path('disk'), host.path('srv'));
    expect(host.away(shell, host.path('srv/mail'))).toMatch(/^\/disk, which \S+disk\.mount mounts, is not/);
  });

  test('a unit that has failed and has no file any more', () => {
    const host = new Host();
    host.units({ where: host.directory('srv'), active: 'failed', file: false });
    expect(host.away(shell, host.path('srv/mail'))).toMatch(/^\/srv, which \S+srv\.mount mounts, is not/);
  });

  test('files that cannot be units are not asked for, as systemd would not answer at all', () => {
    const host = new Host();
    const where = host.directory('srv');
    host.units({ where, active: 'inactive', enabled: 'enabled' });
    for (const name of ['a b.mount', 'disk@.mount', 'ä.mount', 'x$(exit).mount']) {
      writeFileSync(host.path(`units/${name}`), '');
      host.commandFirst('systemctl', `case "$*" in *'${name}'*) echo "$*" >&2; exit 1 ;; esac`);
    }
    expect(host.away(shell, where)).toMatch(/^\/srv, which/);
  });

  test('systemd that does not answer has not said that nothing is away', () => {
    const host = new Host();
    host.command('systemctl', 'echo "Failed to connect to bus" >&2; exit 1');
    expect(host.away(shell, host.directory('srv'))).toBe(
      'systemd did not say what it mounts, so run again: Failed to connect to bus',
    );
    host.command('timeout', 'shift; case $1 in systemctl) exit 124 ;; esac; exec "$@"');
    expect(host.away(shell, host.path('srv'))).toMatch(/^systemd did not say what it mounts/);
  });

  describe('file systems of ZFS', () => {
    /** `zfs get` of these, in the order that they were asked for. */
    const datasets = (host: Host, ...all: readonly Partial<Record<'name' | Property, string>>[]) => {
      const lines = all.flatMap(({ name = 'tank/mail', ...given }) =>
        Object.entries({ canmount: 'on', mounted: 'no', mountpoint: '/', readonly: 'off', ...given }).map(
          ([property, text]) => {
            const [value = '', source = property === 'mounted' ? '-' : 'local'] = text.split('|');
            return [name, property, value, source].join('\t');
          },
        ),
      );
      host.command('zfs', `cat <<'TOLD'\n${lines.join('\n')}\nTOLD`);
    };
    type Property = 'canmount' | 'mounted' | 'mountpoint' | 'readonly';

    test.each<[string, Partial<Record<Property, string>>, boolean]>([
      ['one that is mounted by itself and is not', {}, true],
      ['one that is mounted', { mounted: 'yes' }, false],
      ['one that is mounted by hand', { canmount: 'noauto' }, false],
      ['a copy that cannot be written', { readonly: 'on' }, false],
      ['a copy that cannot be written, as those around it', { readonly: 'on|inherited from tank' }, false],
      ['one of a pool that was imported to be read only', { readonly: 'on|temporary' }, true],
    ])('%s', (_, change, away) => {
      const host = new Host();
      const mountpoint = host.directory('my tank');
      datasets(host, { mountpoint: host.path('other') }, { mountpoint, ...change }, { mountpoint: 'none' });
      const told = host.away(shell, host.path('my tank/mail'));
      if (away) expect(told).toMatch(/^\/my tank, where ZFS mounts tank\/mail, is not mounted: mount it/);
      else expect(told).toBe('');
    });

    test('none can be named, on a host that had pools: its kernel has no ZFS', () => {
      const host = new Host();
      host.command('zfs', 'echo "The ZFS modules are not loaded." >&2; exit 1');
      expect(host.away(shell, host.path('srv'))).toBe('');
      writeFileSync(host.path('zpool.cache'), 'x');
      expect(host.away(shell, host.path('srv'))).toMatch(
        /^this host has pools of ZFS, and ZFS says nothing of them/,
      );
    });

    test('of several at one mount point one that is mounted is enough, or something else', () => {
      const host = new Host();
      const mountpoint = host.directory('var/lib');
      datasets(host, { mountpoint, mounted: 'yes' }, { name: 'backup/other', mountpoint });
      host.command('findmnt', 'exit 0');
      expect(host.away(shell, host.path('var/lib/mailu'))).toBe('');
    });

    test('a copy that was received with the mount point of what this system itself is on', () => {
      const host = new Host();
      const mountpoint = host.directory('var/lib');
      const away = () => host.away(shell, host.path('var/lib/mailu/data/main.db'));
      const told = /^\/var\/lib, where ZFS mounts backup\/other\/lib, is not mounted/;
      const name = 'backup/other/lib';
      datasets(host, { name, mountpoint: `${mountpoint}|received` });
      expect(away()).toMatch(told);
      writeFileSync(join(host.directory('var/lib/dpkg'), 'status'), '');
      expect(away()).toBe('');
      datasets(host, { name, mountpoint });
      expect(away()).toMatch(told);
      const above = { name: 'backup/other', mountpoint: `${host.path('var')}|received`, canmount: 'off' };
      datasets(host, above, { name, mountpoint: `${mountpoint}|inherited from backup/other` });
      expect(away()).toBe('');
      const below = { name, mountpoint: `${host.directory('var/lib/mailu')}|received` };
      datasets(host, below);
      expect(away()).toMatch(/^\/var\/lib\/mailu, where ZFS mounts/);
    });

    test('ZFS that does not answer has not said that nothing is away', () => {
      const host = new Host();
      datasets(host);
      host.command('timeout', 'shift; case $1 in zfs) exit 124 ;; esac; exec "$@"');
      expect(host.away(shell, host.directory('srv'))).toBe('ZFS did not say what it mounts, so run again');
    });
  });
});
