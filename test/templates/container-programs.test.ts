import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import { template } from '../../src/template/index.ts';

const PROGRAMS = {
  start: template(import.meta.url, '../../templates/start.sh.hbs', {}),
  follow: template(import.meta.url, '../../templates/follow.sh.hbs', { interval: 1 }),
};

/** A folder with the programs, a file of names, and a getent that reads it. */
class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'programs-'));
  readonly bare = join(this.folder, 'bare');
  readonly env = { ...env, PATH: `${this.folder}:${env.PATH}`, NAMES: join(this.folder, 'names') };

  constructor(finished: TestContext['onTestFinished']) {
    for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(join(this.folder, name), text);
    writeFileSync(join(this.folder, 'getent'), '#!/bin/sh\ngrep " $2$" "$NAMES"\n');
    chmodSync(join(this.folder, 'getent'), 0o755);
    this.names('');
    // Shells, and what they run, without a getent.
    mkdirSync(this.bare);
    for (const program of ['dash', 'busybox', 'sh', 'echo'])
      symlinkSync(`/bin/${program}`, join(this.bare, program));
    finished(() => rmSync(this.folder, { recursive: true }));
  }

  names(text: string): void {
    writeFileSync(this.env.NAMES, text);
  }
}

describe.concurrent.each([
  ['dash', ['dash']],
  ['busybox', ['busybox', 'sh']],
])('under %s', (_name, [shell = '', ...words]) => {
  test('another user than root can open the log by its name', ({ expect, onTestFinished: finished }) => {
    const bench = new Bench(finished);
    const start = [shell, ...words, join(bench.folder, 'start')].join(' ');
    const said = (option: string) =>
      // A pipe that is root's, as Docker gives it.
      spawnSync(
        'sh',
        [
          '-c',
          `${start} ${option} -- setpriv --reuid=65534 --regid=65534 --clear-groups sh -c 'echo said >/dev/stdout' 2>/dev/null | cat`,
        ],
        {
          env: bench.env,
          encoding: 'utf8',
        },
      ).stdout;
    expect([said(''), said('--open-log')]).toEqual(['', 'said\n']);
  });

  test('a program that needs a name begins once the name has an address', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(finished);
    const secret = join(bench.folder, 'secret');
    writeFileSync(secret, 'of a file');
    const args = [
      ...words,
      join(bench.folder, 'start'),
      '--await',
      'front',
      `WORD=${secret}`,
      '--',
      'sh',
      '-c',
      'echo "$WORD $1"',
      'sh',
      'began',
    ];
    const process = spawn(shell, args, { env: bench.env });
    let [said, waits] = ['', ''];
    process.stdout.on('data', (data) => (said += String(data)));
    process.stderr.on('data', (data) => (waits += String(data)));
    const code = new Promise((resolve) => process.once('close', resolve));
    await sleep(1500);
    expect(said).toBe('');
    bench.names('10.0.0.7 front\n');
    expect(await code).toBe(0);
    expect(said).toBe('of a file began\n');
    expect(waits).toBe('start: waiting until front has an address\n');
  });

  test('a new address of a name is answered once; no address, and the first one, are not', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(finished);
    const seen = join(bench.folder, 'seen');
    writeFileSync(seen, '');
    const child = spawn(
      shell,
      [...words, join(bench.folder, 'follow'), 'admin', `echo again >>${seen}`, 'sleep', '1000'],
      { env: bench.env, detached: true },
    );
    finished(() => {
      // All of its group. kill(1) would take a group whose number begins with 1 for all processes (procps).
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    });
    for (const [names, expected] of [
      ['', ''],
      ['10.0.0.7 admin\n', ''],
      ['', ''],
      ['10.0.0.7 admin\n', ''],
      ['10.0.0.8 admin\n', 'again\n'],
      ['10.0.0.8 admin\n', 'again\n'],
    ] as const) {
      bench.names(names);
      await sleep(3500);
      expect(readFileSync(seen, 'utf8')).toBe(expected);
    }
    // It has become the program: what ends that ends all.
    expect(readFileSync(`/proc/${child.pid}/comm`, 'utf8')).toBe('sleep\n');
  });

  test('what is missing is said, and nothing begins', ({ expect, onTestFinished: finished }) => {
    const bench = new Bench(finished);
    const run = (program: string, ...args: string[]) => {
      const { status, stderr } = spawnSync(shell, [...words, join(bench.folder, program), ...args], {
        encoding: 'utf8',
        env: bench.env,
      });
      return { status, stderr: stderr.split('\n').at(-2) };
    };
    expect(run('start', 'WORD=/nowhere', '--', 'true')).toEqual({
      status: 64,
      stderr: 'start: cannot read /nowhere',
    });
    // Without what looks names up the program runs all the same.
    const bare = { ...bench.env, PATH: bench.bare };
    const lost = spawnSync(shell, [...words, join(bench.folder, 'follow'), 'admin', 'true', 'echo', 'runs'], {
      encoding: 'utf8',
      env: bare,
    });
    expect(lost).toMatchObject({
      status: 0,
      stdout: 'runs\n',
      stderr: expect.stringContaining('getent is missing'),
    });
    const alone = spawnSync(
      shell,
      [...words, join(bench.folder, 'start'), '--await', 'front', '--', 'echo', 'runs'],
      {
        encoding: 'utf8',
        env: bare,
      },
    );
    expect(alone).toMatchObject({
      status: 0,
      stdout: 'runs\n',
      stderr: expect.stringContaining('getent is missing'),
    });
    expect(run('follow', 'admin', 'true')).toEqual({
      status: 64,
      stderr: 'usage: provision-follow NAME COMMAND PROGRAM [ARGUMENT…]',
    });
  });
});
