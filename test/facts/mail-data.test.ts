import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mailDataFacts } from '../../src/facts/index.ts';
import { Unobservable } from '../../src/resource/index.ts';

/** A host's files in a folder, looked at by the shell that a node has, with commands of the test before the real ones. */
class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'provision-mail-data-'));
  root = join(this.folder, 'mailu');
  readonly own = join(this.folder, 'own');
  readonly bin = join(this.folder, 'bin');

  constructor() {
    for (const path of [this.root, this.own, this.bin]) mkdirSync(path);
    this.command('findmnt', 'exit 0');
    this.command('systemctl', 'echo inactive');
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
      looked: [],
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
});
