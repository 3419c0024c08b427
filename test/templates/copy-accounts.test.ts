import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
    }),
  );
  const docker = (text: string, ps = 'echo abc') =>
    command(
      'docker',
      `case "$*" in ps*) ${ps} ;; *stat*) echo 0:0 ;; *python3*) ${text} ;; *) exit 9 ;; esac`,
    );
  command('findmnt', 'exit 0');
  command(
    'date',
    `n=$(cat ${folder}/n 2>/dev/null || echo 0); n=$((n + 1)); echo $n >${folder}/n; echo 2026-$n`,
  );
  const run = () => {
    const { status, stdout, stderr } = spawnSync(shell, [script], {
      encoding: 'utf8',
      env: { PATH: `${bin}:${process.env.PATH}` },
    });
    return { status, said: stdout + stderr };
  };
  return { run, docker, command, list: () => readdirSync(copies).toSorted(), copies };
}

describe.each(['dash', 'bash'])('copies of the accounts, made by %s', (shell) => {
  test('one for each state, the newest of them kept, nothing left beside them', () => {
    const { run, docker, list, copies } = site(shell);
    for (const state of ['1', '1', '2', '3', '4', '4']) {
      docker(`printf %s ${state}`);
      expect(run()).toEqual({ status: 0, said: '' });
    }
    expect(list()).toEqual(['main-2026-2.db', 'main-2026-3.db', 'main-2026-4.db']);
    expect(readFileSync(join(copies, 'main-2026-4.db'), 'utf8')).toBe('4');
  });

  test('a copy that did not come about leaves those before it, and fails', () => {
    const { run, docker, list } = site(shell);
    docker('printf 1');
    run();
    docker('printf half; exit 1');
    expect(run().status).toBe(1);
    docker(':');
    expect(run()).toMatchObject({ status: 1, said: expect.stringContaining('empty') });
    expect(list()).toEqual(['main-2026-1.db']);
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
