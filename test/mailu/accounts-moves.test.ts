import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  aside,
  brings,
  copiesOut,
  restores,
  restoresBackup,
  STOPS,
} from '../../playbooks/mailu/accounts-moves.ts';

/** Files of sqlite's in a folder, and a Docker whose only container has its data there. */
class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'provision-moves-'));
  readonly from = join(this.folder, 'from it');
  readonly to = join(this.folder, 'to');
  readonly bin = join(this.folder, 'bin');

  constructor(running = '') {
    for (const path of [this.from, this.to, this.bin]) mkdirSync(path);
    this.command(
      'docker',
      `case "$1" in
  ps) echo "${running}" ;;
  exec) shift; [ "$1" != --user ] || shift 2; shift; sed_data() { printf %s "$1" | sed "s#/data/main.db#${this.from}/main.db#"; }
    if [ "$1" = python3 ]; then exec python3 -c "$(sed_data "$3")"; else echo 0:0; fi ;;
  cp) exec tar -C "${this.folder}" --transform "s#^from it#data#" -cf - "from it" ;;
esac`,
    );
  }

  command(name: string, text: string): void {
    const path = join(this.bin, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }

  run(shell: string, text: string) {
    const { status, stderr, stdout } = spawnSync(shell, ['-c', text], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: `${this.bin}:${process.env.PATH}` },
    });
    return { status, stderr, stdout };
  }

  /** Users of a database, as sqlite reads it. */
  users(file: string): string {
    return python(
      `import sqlite3,sys; print(" ".join(name for (name,) in sqlite3.connect(sys.argv[1]).execute("select name from user order by name")))`,
      file,
    );
  }
}

function python(text: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', text, ...words], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim();
}

/** A database with a user; `left`: another user is in its log alone, as whoever was killed leaves it. */
function database(file: string, user: string, left?: string): void {
  python(
    `import os,sqlite3,sys
base=sqlite3.connect(sys.argv[1])
base.execute("pragma journal_mode=wal")
base.execute("pragma wal_autocheckpoint=0")
base.execute("create table user (name text)")
base.execute("insert into user values (?)", [sys.argv[2]])
base.commit()
base.execute("pragma wal_checkpoint(truncate)")
if len(sys.argv) > 3:
    base.execute("insert into user values (?)", [sys.argv[3]])
    base.commit()
    os._exit(0)
base.close()`,
    file,
    user,
    ...(left === undefined ? [] : [left]),
  );
}

/** A log and an index of another database where a file is to come, and no such file. */
function foreign(file: string): void {
  spawnSync('rm', ['-f', file]);
  database(file, 'stranger', 'ghost');
  spawnSync('rm', [file]);
  expect(readdirSync(join(file, '..'))).toContain('main.db-wal');
}

const OLD = expect.stringMatching(/^main\.db\.aside-\d+(-wal|-shm)?$/);

describe.each(['dash', 'bash'])('commands that bring accounts, pasted into %s', (shell) => {
  test('what was left of another database at the target is not played back into the one that comes', () => {
    const site = new Site();
    database(join(site.from, 'main.db'), 'alice', 'bob');
    writeFileSync(join(site.from, 'instance'), 'x');
    foreign(join(site.to, 'main.db'));
    expect(site.run(shell, brings(site.from, site.to))).toMatchObject({ status: 0, stderr: '' });
    expect(site.users(join(site.to, 'main.db'))).toBe('alice bob');
    expect(readdirSync(site.to)).toContain('instance');
    expect(readdirSync(site.to)).toEqual(expect.arrayContaining([OLD]));
    // What was there stays, with its log.
    const [old = ''] = readdirSync(site.from).filter((name) => /^main\.db\.aside-\d+$/.test(name));
    expect(site.users(join(site.from, old))).toBe('alice bob');
  });

  test('what somebody has open stays where it is, and who has it is told', () => {
    const site = new Site();
    database(join(site.from, 'main.db'), 'alice');
    const opened = openSync(join(site.from, 'main.db'), 'r');
    const ran = site.run(shell, brings(site.from, site.to));
    expect(ran).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(`/proc/${process.pid}/fd/${opened}`),
    });
    closeSync(opened);
    expect(readdirSync(site.from)).toEqual(['main.db']);
    expect(readdirSync(site.to)).toEqual([]);
  });

  test('a copy is brought back beside no log of another', () => {
    const site = new Site();
    const copy = join(site.from, 'main-1.db');
    database(copy, 'alice');
    foreign(join(site.to, 'main.db'));
    expect(site.run(shell, restores(copy, join(site.to, 'main.db')))).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(site.users(join(site.to, 'main.db'))).toBe('alice');
  });

  test('a backup is brought back beside no log of another, and nothing moves where none is named', () => {
    const site = new Site();
    const file = join(site.to, 'main.db');
    database(file, 'old');
    expect(site.run(shell, restoresBackup(file)).status).not.toBe(0);
    expect(site.users(file)).toBe('old');
    foreign(file);
    database(join(site.from, 'mine.db'), 'alice');
    const named = restoresBackup(file).replaceAll('YOUR-BACKUP', `'${join(site.from, 'mine.db')}'`);
    expect(site.run(shell, named)).toMatchObject({ status: 0, stderr: '' });
    expect(site.users(file)).toBe('alice');
  });

  test('a file that is moved aside keeps what is in its log', () => {
    const site = new Site();
    database(join(site.from, 'main.db'), 'alice', 'bob');
    expect(site.run(shell, aside(join(site.from, 'main.db')))).toMatchObject({ status: 0, stderr: '' });
    const [old = ''] = readdirSync(site.from).filter((name) => /^main\.db\.aside-\d+$/.test(name));
    expect(site.users(join(site.from, old))).toBe('alice bob');
  });

  test('nothing is brought where what is there could not be moved aside', () => {
    const site = new Site();
    site.command('mv', 'exit 0');
    database(join(site.from, 'main.db'), 'alice');
    database(join(site.to, 'main.db'), 'old');
    expect(site.run(shell, brings(site.from, site.to)).status).not.toBe(0);
    expect(site.users(join(site.to, 'main.db'))).toBe('old');
    expect(site.users(join(site.from, 'main.db'))).toBe('alice');
  });

  test('nothing is brought while the administration runs', () => {
    const site = new Site('0123');
    database(join(site.from, 'main.db'), 'alice');
    expect(site.run(shell, brings(site.from, site.to)).status).not.toBe(0);
    expect(readdirSync(site.to)).toEqual([]);
  });

  test('accounts are copied whole out of a container that runs, with what else is there', () => {
    const site = new Site();
    database(join(site.from, 'main.db'), 'alice', 'bob');
    writeFileSync(join(site.from, 'instance'), 'theirs');
    writeFileSync(join(site.to, 'instance'), 'ours');
    mkdirSync(join(site.from, 'fetchmail'));
    foreign(join(site.to, 'main.db'));
    expect(site.run(shell, copiesOut('0123456789abcdef', true, site.to))).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(site.users(join(site.to, 'main.db'))).toBe('alice bob');
    expect(
      readdirSync(site.to)
        .filter((name) => !name.includes('aside'))
        .toSorted(),
    ).toEqual(['fetchmail', 'instance', 'main.db']);
  });

  test('accounts are copied with their log out of a container that has ended', () => {
    const site = new Site();
    database(join(site.from, 'main.db'), 'alice', 'bob');
    foreign(join(site.to, 'main.db'));
    expect(site.run(shell, copiesOut('0123456789abcdef', false, site.to))).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(site.users(join(site.to, 'main.db'))).toBe('alice bob');
  });

  test('a copy that failed is not taken for the accounts, and nothing is stopped after it', () => {
    const site = new Site();
    writeFileSync(join(site.from, 'main.db'), 'no database');
    const fix = `${copiesOut('0123456789abcdef', true, site.to)} && echo stopped`;
    const { status, stdout } = site.run(shell, fix);
    expect({ failed: status !== 0, stdout }).toEqual({ failed: true, stdout: '' });
    expect(readdirSync(site.to)).toEqual(['main.db.new']);
  });

  test('the administration is stopped, and has stopped', () => {
    const site = new Site();
    const told = join(site.folder, 'told');
    site.command('sleep', 'exit 0');
    site.command(
      'docker',
      `echo "$*" >>${told}; case "$*" in 'service ps'*) [ "$(wc -l <${told})" -gt 3 ] && echo 'Complete 1 second ago on a' || case $(wc -l <${told}) in 2) exit 1 ;; 3) echo 'Starting 2 seconds ago on a' ;; esac ;; esac`,
    );
    // Who could not be asked has not stopped, nor has one that begins.
    const { status, stdout } = site.run(shell, STOPS);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Starting 2 seconds ago on a\n' });
    expect(spawnSync('cat', [told], { encoding: 'utf8' }).stdout.split('\n')).toHaveLength(5);
  });
});
