import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { template } from '../../src/template/index.ts';

/** The script with a Docker of the test's: `docker exec … python3` prints the database. */
function site(shell: string) {
  const folder = mkdtempSync(join(tmpdir(), 'provision-copies-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const command = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const copies = join(folder, 'mailu/backup/accounts');
  const script = join(folder, 'copy');
  writeFileSync(
    script,
    template(import.meta.url, '../../templates/copy-accounts.sh.hbs', {
      folder: copies,
      service: 'mailu_admin',
      root: join(folder, 'mailu'),
      mounted: true,
      keep: 3,
      days: 2,
    }),
  );
  const docker = (text: string, ps = 'echo abc') =>
    command(
      'docker',
      `case "$*" in ps*) ${ps} ;; *'stat -c %Y'*) cat ${folder}/changed 2>/dev/null || echo 1764000000 ;; *stat*) echo 0:0 ;; *python3*) ${text} ;; *) exit 9 ;; esac`,
    );
  command('findmnt', 'exit 0');
  command(
    'date',
    `n=$(cat ${folder}/n 2>/dev/null || echo 0); n=$((n + 1)); echo $n >${folder}/n; cat ${folder}/day 2>/dev/null || printf 20260101; echo "T00000$n"Z`,
  );
  const run = () => {
    const { status, stdout, stderr } = spawnSync(shell, [script], {
      encoding: 'utf8',
      env: { PATH: `${bin}:${process.env.PATH}` },
    });
    return { status, said: stdout + stderr };
  };
  const on = (day: string, changed: number) => {
    writeFileSync(join(folder, 'day'), day);
    writeFileSync(join(folder, 'changed'), `${changed}\n`);
  };
  const list = () =>
    readdirSync(copies)
      .filter((name) => name !== '.copied')
      .toSorted();
  return { run, docker, command, list, copies, on };
}

describe.each(['dash', 'bash'])('copies of the accounts, made by %s', (shell) => {
  test('one for each state, the newest of them kept, nothing left beside them', () => {
    const { run, docker, list, copies } = site(shell);
    for (const state of ['1', '1', '2', '3', '4', '4']) {
      docker(`printf %s ${state}`);
      expect(run()).toEqual({ status: 0, said: '' });
    }
    expect(list()).toEqual([2, 3, 4].map((n) => `main-20260101T00000${n}Z.db`));
    expect(readFileSync(join(copies, 'main-20260101T000004Z.db'), 'utf8')).toBe('4');
  });

  test('a copy is as old as what is in it, and the last of each day outlives the others', () => {
    const { run, docker, list, copies, on } = site(shell);
    for (const day of ['20260101', '20260102', '20260103'])
      for (const state of ['a', 'b', 'c']) {
        on(day, Number(day));
        docker(`printf %s ${day}${state}`);
        expect(run()).toEqual({ status: 0, said: '' });
      }
    expect(list()).toEqual([
      'main-20260102T000006Z.db',
      'main-20260103T000007Z.db',
      'main-20260103T000008Z.db',
      'main-20260103T000009Z.db',
    ]);
    expect(statSync(join(copies, 'main-20260102T000006Z.db')).mtimeMs / 1000).toBe(20260102);
    // Nothing has changed since: only that this was looked at is newer.
    run();
    expect(statSync(join(copies, 'main-20260103T000009Z.db')).mtimeMs / 1000).toBe(20260103);
    expect(statSync(join(copies, '.copied')).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
  });

  test('a copy that did not come about leaves those before it, and fails', () => {
    const { run, docker, list } = site(shell);
    docker('printf 1');
    run();
    docker('printf half; exit 1');
    expect(run().status).toBe(1);
    docker(':');
    expect(run()).toMatchObject({ status: 1, said: expect.stringContaining('empty') });
    expect(list()).toEqual(['main-20260101T000001Z.db']);
  });

  test('a Docker that does not answer is not one without the administration', () => {
    const { run, docker } = site(shell);
    docker(':', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    expect(run()).toMatchObject({ status: 1, said: expect.stringContaining('Cannot connect') });
  });

  test('where the administration does not run there is nothing to do', () => {
    const { run, docker } = site(shell);
    docker(':', ':');
    expect(run()).toMatchObject({ status: 0 });
  });
});
