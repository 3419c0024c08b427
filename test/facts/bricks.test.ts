import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type GlusterFacts, glusterFacts } from '../../src/facts/index.ts';
import { Unobservable } from '../../src/resource/index.ts';

const HEX = '7370e8d84c254620ab82864bda143f93';
const ID = '7370e8d8-4c25-4620-ab82-864bda143f93';

/** A host with its disks and glusterd's files in a folder; what bears a mark has a file `mark` beside it. */
class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'provision-bricks-'));
  readonly #bin = join(this.folder, 'bin');

  constructor() {
    mkdirSync(this.#bin);
    this.write('etc/fstab', '');
    this.command(
      'findmnt',
      `case "$*" in *--mountpoint*) exit 1 ;; *) echo 'ext4  ${this.path('disk one')}' ;; esac`,
    );
    this.command('systemctl', 'exit 1');
    this.command('systemd-escape', 'exit 1');
    this.command(
      'getfattr',
      `for at; do :; done; [ ! -e "$at.mark" ] || printf '${HEX.replace(/../g, '\\x$&')}'`,
    );
    // dash's printf knows no hexadecimal.
    this.command('od', `[ -z "$(tr -d '\\0')" ] || echo ' ${HEX}'`);
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.path(path), '..'), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  command(name: string, text: string): void {
    const path = join(this.#bin, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }

  /** A brick with a mark, and with a file of somebody's. */
  brick(path: string, { marked = true, file = true } = {}): void {
    mkdirSync(this.path(`${path}/.glusterfs/indices`), { recursive: true });
    if (marked) this.write(`${path}.mark`, '');
    if (file) this.write(`${path}/mail/1`, 'x');
  }

  /** A brick of volume `mailu` by the files of glusterd. */
  record(path: string, folder: string, volume = 'mailu'): void {
    this.write(`glusterd/vols/${volume}/info`, `volume-id=${ID}\n`);
    this.write(
      `glusterd/vols/${volume}/bricks/a:b`,
      `hostname=192.0.2.11\npath=${this.path(path)}\nbrick-id=${volume}-client-0\nmount_dir=${folder}\nuuid=u\n`,
    );
  }

  look(shell: string, { passed = [] as readonly string[], before = '' } = {}): GlusterFacts {
    const run = before === '' ? [shell] : [...NAMESPACE, shell];
    const script = glusterFacts(
      'mailu',
      passed.map((path) => this.path(path)),
    ).script;
    const { stdout, stderr, status } = spawnSync(run[0] ?? '', [...run.slice(1), '-s'], {
      input: `${before}\n${script.reveal()}`
        .replaceAll('/etc/', `${this.path('etc')}/`)
        .replaceAll('/var/lib/glusterd', this.path('glusterd')),
      encoding: 'utf8',
      env: { PATH: `${this.#bin}:${process.env.PATH}`, LC_ALL: 'C' },
    });
    const seen = glusterFacts('mailu').parse({
      code: status ?? 1,
      stdout: stdout.replaceAll(this.folder, ''),
      stderr,
    });
    if (seen instanceof Unobservable) throw new Error(seen.reason);
    return seen;
  }
}

/** In which another file system can be mounted. */
const NAMESPACE = ['unshare', '--user', '--map-root-user', '--mount'];
const cannot =
  spawnSync(NAMESPACE[0] ?? '', [...NAMESPACE.slice(1), 'mount', '-t', 'tmpfs', 'test', '/mnt']).status !== 0;

describe.each(['dash', 'bash'])('the bricks of a host, asked in %s', (shell) => {
  test('none', () => {
    expect(new Host().look(shell)).toMatchObject({ recorded: [], found: {}, searched: true });
  });

  test('a file of glusterd whose last line has no end is read whole', () => {
    const host = new Host();
    host.brick('disk/mailu');
    host.write('glusterd/vols/mailu/info', `volume-id=${ID}\n`);
    const lines = [
      'hostname=192.0.2.11',
      'uuid=u',
      'brick-id=mailu-client-2',
      `path=${host.path('disk/mailu')}`,
    ];
    host.write('glusterd/vols/mailu/bricks/a:b', lines.join('\n'));
    expect(host.look(shell)).toMatchObject({
      marks: { '/disk/mailu': ID },
      recorded: [{ brick: '192.0.2.11:/disk/mailu', uuid: 'u', id: 'mailu-client-2' }],
    });
  });

  test('one that the files of glusterd know, where it was made, and that it is there', () => {
    const host = new Host();
    host.brick('disk one/mailu');
    host.record('disk one/mailu', '/mailu');
    host.write('etc/fstab', `UUID=1 ${host.path('disk one')} xfs nofail 0 0`);
    expect(host.look(shell)).toMatchObject({
      marks: { '/disk one/mailu': ID },
      away: {},
      recorded: [{ brick: '192.0.2.11:/disk one/mailu', uuid: 'u', madeOn: '/disk one' }],
      found: {},
    });
  });

  test('one whose disk is not mounted', () => {
    const host = new Host();
    host.record('disk one/mailu', '/mailu');
    host.write('etc/fstab', `UUID=1 ${host.path('disk one').replace(' ', '\\040')} xfs nofail 0 0`);
    const { marks, away } = host.look(shell);
    expect(marks).toEqual({ '/disk one/mailu': null });
    expect(away['/disk one/mailu']).toMatch(/^\/disk one, which \/etc\/fstab names, is not mounted/);
  });

  test('those of a volume that glusterd has forgotten, by their folder; one without a file holds nothing', () => {
    const host = new Host();
    host.brick('disk one/old');
    host.brick('disk one/a/b/cut', { marked: false });
    host.brick('disk one/new', { file: false });
    // As GlusterFS's own guide calls them, with all of it on one disk.
    host.brick('disk one/glusterfs/mailu/brick1/brick');
    expect(host.look(shell).found).toEqual({
      '/disk one/old': ID,
      '/disk one/a/b/cut': null,
      '/disk one/glusterfs/mailu/brick1/brick': ID,
    });
  });

  test('they are looked for beside another volume too, and not beside the one that is wanted', () => {
    const host = new Host();
    host.brick('disk one/old');
    host.brick('disk one/vm');
    host.record('disk one/vm', '/vm', 'vm');
    expect(host.look(shell)).toMatchObject({
      known: { vm: ID },
      found: { '/disk one/old': ID, '/disk one/vm': ID },
    });
    host.record('disk one/vm', '/vm');
    expect(host.look(shell).found).toEqual({});
  });

  test.skipIf(cannot)('those in a subvolume of btrfs that is in another', () => {
    const host = new Host();
    mkdirSync(host.path('disk one/a/sub'), { recursive: true });
    // Another device, whose directory has the number that those of subvolumes have.
    const before = `
      mount -t tmpfs test /mnt || exit
      i=0; while [ "$i" -lt 400 ]; do i=$((i + 1)); mkdir "/mnt/$i"; [ "$(stat -c %i "/mnt/$i")" != 256 ] || break; done
      mount --bind "/mnt/$i" '${host.path('disk one/a/sub')}' || exit
      mkdir -p '${host.path('disk one/a/sub/x/mailu/.glusterfs/indices')}' '${host.path('disk one/a/sub/x/mailu/mail')}'`;
    expect(host.look(shell, { before }).found).toEqual({ '/disk one/a/sub/x/mailu': null });
  });

  test('a directory that a person says has none is passed over', () => {
    const host = new Host();
    host.brick('disk one/a/old');
    host.brick('disk one/b');
    expect(host.look(shell, { passed: ['disk one/a', 'disk one/c'] }).found).toEqual({ '/disk one/b': ID });
  });

  test('a search that takes too long is not one that found nothing', () => {
    const host = new Host();
    host.command('timeout', 'shift; case $1 in find) exit 124 ;; esac; exec "$@"');
    expect(host.look(shell).searched).toBe(false);
  });

  test.each([
    ['does not end', 124],
    ['is not there', 127],
    ['fails', 1],
  ])('findmnt %s: other disks were not seen', (_, code) => {
    const host = new Host();
    host.command('findmnt', `case "$*" in *--mountpoint*) exit 1 ;; esac; exit ${code}`);
    expect(host.look(shell).searched).toBe(false);
  });

  test.each([
    ['ext4', 'containers/gv0'],
    ['xfs', 'data/container/gv0'],
    ['bcachefs', 'my disk'],
    ['reiserfs', 'srv/rootfs'],
    ['overlay', 'containers'],
  ])('a disk with %s, mounted at %s', (type, at) => {
    const host = new Host();
    host.brick(`${at}/brick`);
    host.command(
      'findmnt',
      `case "$*" in *--mountpoint*) exit 1 ;; *) echo 'proc     /proc'; echo '${type.padEnd(8)} ${host.path(at)}' ;; esac`,
    );
    expect(host.look(shell).found).toEqual({ [`/${at}/brick`]: ID });
  });

  test.each([
    ['overlay', 'docker/overlay2/x/merged'],
    ['zfs', 'docker/zfs/graph/x'],
    ['nfs4', 'srv'],
    ['fuse.glusterfs', 'mailu'],
  ])(
    'what an engine has mounted for a container, and what others serve, is none of its disks: %s',
    (type, at) => {
      const host = new Host();
      host.brick(`${at}/brick`);
      host.command(
        'findmnt',
        `case "$*" in *--mountpoint*) exit 1 ;; *) echo '${type} ${host.path(at)}'; echo 'ext4 ${host.path('bin')}' ;; esac`,
      );
      expect(host.look(shell)).toMatchObject({ found: {}, searched: true });
    },
  );

  test('no mount of a type that bricks are on: the root is looked through, and that is all there is', () => {
    const host = new Host();
    host.command('findmnt', `case "$*" in *--mountpoint*) exit 1 ;; *) echo 'tmpfs /run' ;; esac`);
    host.command('find', ':');
    expect(host.look(shell).searched).toBe(true);
  });
});
