import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mailDataFacts } from '../../src/facts/index.ts';
import { Unobservable } from '../../src/resource/index.ts';
import { dockerStandIn, type Row } from './docker-stand-in.ts';
import { systemctlStandIn } from './systemctl-stand-in.ts';

/** A host's files in a folder, looked at by the shell that a node has, with commands of the test before the real ones. */
class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'provision-mail-data-'));
  root = join(this.folder, 'mailu');
  readonly own = join(this.folder, 'own');
  readonly bin = join(this.folder, 'bin');

  constructor() {
    for (const path of [this.root, this.own, this.bin]) mkdirSync(path);
    this.command('findmnt', 'exit 0');
    this.command('systemctl', systemctlStandIn({ ActiveState: 'inactive' }));
    this.command('docker', 'exit 1');
  }

  command(name: string, text: string): void {
    const path = join(this.bin, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }

  file(path: string): void {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, 'something');
  }

  look(shell: string) {
    const { root } = this;
    const { script, parse } = mailDataFacts({
      service: 'mailu_admin',
      stack: 'mailu',
      root,
      files: [join(this.own, 'main.db'), join(root, 'data/main.db')],
      copies: join(root, 'backup/accounts'),
      deployed: join(root, 'backup/deployed'),
      recorded: join(this.folder, 'provision-accounts.service'),
    });
    const { stdout, stderr, status } = spawnSync(shell, ['-s'], {
      input: script.reveal(),
      encoding: 'utf8',
      env: { PATH: `${this.bin}:${process.env.PATH}`, LC_ALL: 'C' },
    });
    const seen = parse({ code: status ?? 1, stdout, stderr });
    if (seen instanceof Unobservable) throw new Error(seen.reason);
    return seen;
  }
}

describe.each(['dash', 'bash'])('what of a mail server is on a host, asked in %s', (shell) => {
  test('nothing, and no directory for it', () => {
    const host = new Host();
    expect(host.look(shell)).toEqual({
      databases: [],
      recorded: [],
      looked: [],
      strays: [],
      away: undefined,
      mailAway: undefined,
      containers: [],
      engine: 'stopped',
      shared: {
        unknown: undefined,
        mounted: true,
        mailboxes: [],
        keys: [],
        folders: [],
        copies: [],
        copied: undefined,
        begun: false,
        overrides: [],
        deployed: [],
      },
      service: undefined,
    });
  });

  test('accounts, mail, keys and copies', () => {
    const host = new Host();
    host.file(join(host.own, 'main.db'));
    host.file(join(host.root, 'data/main.db'));
    host.file(join(host.root, 'mail/ann smith@example.org/cur/1'));
    host.file(join(host.root, 'dkim/example.org.dkim.key'));
    host.file(join(host.root, 'backup/accounts/main-20261125T000000Z.db'));
    expect(host.look(shell)).toMatchObject({
      databases: [{ path: join(host.own, 'main.db') }, { path: join(host.root, 'data/main.db') }],
      shared: {
        mailboxes: ['ann smith@example.org'],
        keys: ['example.org.dkim.key'],
        copies: [{ path: join(host.root, 'backup/accounts/main-20261125T000000Z.db'), bytes: 9 }],
      },
    });
  });

  test.each(['', 'mail', 'dkim', 'backup/accounts', 'data'])(
    'a storage whose "%s" cannot be looked at is not one without it',
    (below) => {
      const host = new Host();
      host.root = join(host.folder, 'storage');
      const { root } = host;
      if (below !== '') mkdirSync(join(root, below, '..'), { recursive: true });
      // What leads to itself can be looked at as little as a file system whose client or server has gone.
      symlinkSync(join(root, below), join(root, below));
      expect(host.look(shell).shared.unknown).toMatch(/Too many levels of symbolic links|leads to/);
    },
  );

  test('a directory on a disk that is not there now is not one without accounts', () => {
    const host = new Host();
    const data = join(host.folder, 'data');
    symlinkSync(join(host.folder, 'disk/data'), data);
    Object.assign(host, { own: data });
    expect(host.look(shell).away).toContain(`${data} leads to ${host.folder}/disk/data, which is not there`);
  });

  test('a storage on a disk that is not there now is not one without mail', () => {
    const host = new Host();
    host.root = join(host.folder, 'storage');
    symlinkSync(join(host.folder, 'disk'), host.root);
    expect(host.look(shell).shared.unknown).toContain(
      `${host.root} leads to ${host.folder}/disk, which is not there`,
    );
  });

  test('a storage that does not answer costs some seconds, also for the accounts on it', () => {
    const host = new Host();
    host.command('timeout', `shift; case "$*" in *${host.root}*) exit 124 ;; esac; exec "$@"`);
    expect(host.look(shell).shared.unknown).toMatch(/did not answer in 10 s/);
  });

  test('mail on a disk that is not there now is told beside what could not be looked at', () => {
    const host = new Host();
    symlinkSync(join(host.folder, 'disk'), join(host.root, 'dkim'));
    const why = `${host.root}/dkim leads to ${host.folder}/disk, which is not there`;
    const { mailAway, shared, away } = host.look(shell);
    expect({ mailAway, unknown: shared.unknown, away }).toEqual({
      mailAway: expect.stringContaining(why),
      unknown: expect.stringContaining(why),
      away: undefined,
    });
  });

  test('what a file is, on which file system', () => {
    const host = new Host();
    host.command('findmnt', 'case "$*" in *FSTYPE*) echo "nfs4 192.0.2.5:/srv/other" ;; esac');
    host.file(join(host.own, 'main.db'));
    const { ino, dev } = statSync(join(host.own, 'main.db'));
    expect(host.look(shell).databases).toMatchObject([
      { identity: { number: `${dev}:${ino}`, type: 'nfs4', source: '192.0.2.5:/srv/other' } },
    ]);
    host.command('findmnt', 'exit 1');
    expect(host.look(shell).databases).toMatchObject([
      { identity: { number: `${dev}:${ino}`, type: '-', source: '-' } },
    ]);
  });

  test('a file that has all its accounts in its log', () => {
    const host = new Host();
    host.file(join(host.own, 'main.db-wal'));
    writeFileSync(join(host.own, 'main.db'), '');
    expect(host.look(shell).databases).toMatchObject([{ path: join(host.own, 'main.db'), bytes: 0 }]);
  });

  test('where a run has last left the accounts', () => {
    const host = new Host();
    const file = join(host.folder, 'old place/data/main.db');
    host.file(file);
    writeFileSync(
      join(host.folder, 'provision-accounts.service'),
      `[Unit]\nX-Accounts=${file}\nX-Accounts=${host.root}/data/main.db\n`,
    );
    expect(host.look(shell).databases.map(({ path }) => path)).toEqual([file]);
    rmSync(file);
    expect(host.look(shell)).toMatchObject({ databases: [], recorded: [file] });
  });

  describe('with Docker', () => {
    const C1 = 'a'.repeat(64);
    const C2 = 'b'.repeat(64);
    /** `cp`: what docker says where a file is asked out of a container. */
    function withDocker({
      rows = [],
      cp = 'exit 1',
      volume = '',
      of = '-',
      root = '/nowhere',
      service,
      label = 'com.docker.stack.namespace',
      more = '',
    }: {
      readonly rows?: readonly Row[];
      readonly cp?: string;
      /** The directory of a volume, and what it is made of. */
      readonly volume?: string;
      readonly of?: string;
      /** Where Docker has its data. */
      readonly root?: string;
      readonly service?: readonly object[];
      readonly label?: string;
      readonly more?: string;
    }) {
      const host = new Host();
      host.command('systemctl', systemctlStandIn());
      const spec = {
        Name: 'mailu_admin',
        Mode: {},
        TaskTemplate: { ContainerSpec: { Image: 'admin', Mounts: service } },
      };
      const filters = encodeURIComponent(JSON.stringify({ label: [`${label}=mailu`] }));
      host.command(
        'docker',
        dockerStandIn({
          info: ['control true', `root ${root}`, 'swarm {}'],
          rows: rows.map((row) => ({ service: 'mailu_admin', ...row })),
          api: {
            [`/volumes?filters=${filters}`]: { Volumes: volume === '' ? null : [{ Name: 'volume' }] },
            '/volumes': { Volumes: null },
            '/services': service === undefined ? [] : [{ Spec: spec }],
          },
          more: `${more}
 'cp '*) ${cp} ;; 'volume inspect') printf 'volume\\tmailu_data\\tlocal\\t%s\\t%s\\n' '${of}' '${volume}' ;;`,
        }),
      );
      return host;
    }
    const NOT_THERE = 'echo "Error response from daemon: Could not find the file /data/main.db" >&2; exit 1';

    test('containers, where they have their data, and the file there', () => {
      const data = join(mkdtempSync(join(tmpdir(), 'provision-volume-')), 'a volume');
      const host = withDocker({
        rows: [
          { id: C1, mounts: { '/data/more': '/elsewhere', '/data': data } },
          { id: C2, running: false, mounts: { '/dat': '/elsewhere' } },
          { id: 'd'.repeat(64), service: 'mailu_imap', mounts: { '/data': '/mail' } },
        ],
        cp: NOT_THERE,
        service: [{ Type: 'volume', Target: '/data' }],
      });
      host.file(join(data, 'main.db'));
      expect(host.look(shell)).toMatchObject({
        engine: 'asked',
        containers: [
          { id: C1, running: true, data, inside: false },
          { id: C2, running: false, data: undefined, inside: false },
        ],
        looked: [data],
        databases: [{ path: join(data, 'main.db') }],
        service: { data: undefined },
      });
    });

    test('accounts in a container itself', () => {
      const host = withDocker({ rows: [{ id: C1 }], cp: 'echo something' });
      expect(host.look(shell)).toMatchObject({
        containers: [{ id: C1, running: true, data: undefined, inside: true }],
        service: undefined,
      });
    });

    test.each([
      ['a stack', 'com.docker.stack.namespace'],
      ['Compose', 'com.docker.compose.project'],
    ])('accounts in a volume that %s has left', (_, label) => {
      const folder = mkdtempSync(join(tmpdir(), 'provision-volume-'));
      const host = withDocker({ volume: folder, label });
      host.file(join(folder, 'main.db'));
      expect(host.look(shell)).toMatchObject({
        databases: [{ path: join(folder, 'main.db') }],
        looked: [folder],
      });
    });

    test('a volume that is made of something is looked into while it is mounted, or where that is a directory', () => {
      const folder = mkdtempSync(join(tmpdir(), 'provision-volume-'));
      const server = ':/export/mailu/data';
      const away = withDocker({ volume: folder, of: server });
      away.command('findmnt', 'exit 1');
      expect(away.look(shell)).toMatchObject({
        looked: [],
        away: expect.stringMatching(
          /^the volume mailu_data of Docker may have them: it is made of :\/export/,
        ),
      });
      away.command('findmnt', 'exit 0');
      expect(away.look(shell)).toMatchObject({ looked: [folder], away: undefined });
      const bound = withDocker({ volume: '/var/lib/docker/volumes/mailu_data/_data', of: folder });
      bound.command('findmnt', 'exit 1');
      bound.file(join(folder, 'main.db'));
      expect(bound.look(shell)).toMatchObject({
        looked: ['/var/lib/docker/volumes/mailu_data/_data', folder],
        databases: [{ path: join(folder, 'main.db') }],
        away: undefined,
      });
    });

    test('accounts in a volume that no container has, and that no label tells', () => {
      const root = mkdtempSync(join(tmpdir(), 'provision-docker-'));
      const [left, had, other] = ['left', 'had', 'other'].map((name) => join(root, 'volumes', name, '_data'));
      const host = withDocker({
        root,
        rows: [{ id: C1, service: '-', mounts: { '/data': had as string, '/x': '/y' } }],
      });
      for (const at of [left, had, other] as string[]) {
        host.file(join(at, 'main.db'));
        if (at !== other) writeFileSync(join(at, 'main.db'), 'SQLite format 3 CREATE TABLE alembic_version');
      }
      expect(host.look(shell)).toMatchObject({ strays: [left], databases: [] });
    });

    test.each([
      [
        'inspect',
        { more: "'inspect '* | 'ps '*) echo 'Cannot connect to the Docker daemon' >&2; exit 1 ;;" },
      ],
      ['cp', { cp: 'echo "Cannot connect to the Docker daemon" >&2; exit 1' }],
      ['for volumes', { more: "'system dial-stdio') exit 1 ;;" }],
      ['for a volume', { volume: '/x', more: "'volume inspect') exit 1 ;;" }],
    ])('a Docker that does not answer %s is not one without accounts', (_, broken) => {
      const host = withDocker({ rows: [{ id: C1 }], cp: NOT_THERE, ...broken });
      host.command('sleep', '');
      expect(() => host.look(shell)).toThrow('could not look for the accounts and the mail');
    });
  });
});
