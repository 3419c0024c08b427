import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import { template } from '../../src/template/index.ts';
import { CONTAINER } from './container.ts';

const PROGRAMS = {
  start: template(import.meta.url, '../../templates/start.sh.hbs', {}),
  queue: template(import.meta.url, '../../templates/queue.sh.hbs', {}),
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
  test('what keeps Postfix from beginning is taken out of its queue, and no message', ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(finished);
    const queue = join(bench.folder, 'queue of mail');
    const files = {
      'incoming/420669.651': '',
      'incoming/3A2F01B2C3': 'a message',
      'incoming/4XyZ_9abc0z1': 'a message with a long name',
      'active/.nfs000000000012': 'was deleted',
      'active/B7\'s "copy".eml': 'somebody put it there',
      'deferred/A/A0C1D2E3F4': 'put off',
      'deferred/A/A0C1D2E3F5#FIX': 'renamed by half',
      'hold/1.2': '',
      'pid/master.pid': 'not of a message queue',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(queue, dirname(name)), { recursive: true });
      writeFileSync(join(queue, name), text);
    }
    const run = () =>
      spawnSync(shell, [...words, join(bench.folder, 'queue'), queue, 'echo', 'begins'], {
        env: bench.env,
        encoding: 'utf8',
      });
    const first = run();
    expect(first.stdout).toBe('begins\n');
    expect(first.stderr.split('\n').filter((line) => line !== '')).toHaveLength(4);
    const left = readdirSync(queue, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [
        join(parentPath, name)
          .slice(queue.length + 1)
          .replace(/\.\d{10}$/, ''),
        readFileSync(join(parentPath, name), 'utf8'),
      ]);
    const {
      'incoming/420669.651': _,
      'hold/1.2': __,
      'active/.nfs000000000012': deleted,
      'active/B7\'s "copy".eml': copy,
      ...rest
    } = files;
    expect(Object.fromEntries(left)).toEqual({
      ...rest,
      'provision-aside/active..nfs000000000012': deleted,
      'provision-aside/active.B7\'s "copy".eml': copy,
    });
    expect(run()).toMatchObject({ stdout: 'begins\n', stderr: '' });
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
    for (const [names, expected, wait = 3500] of [
      ['', ''],
      ['10.0.0.7 admin\n', ''],
      ['10.0.0.8 admin\n', 'again\n'],
      ['10.0.0.8 admin\n', 'again\n'],
      // A question that nobody answers is not one that says that there is none. In less than an interval there is one at most.
      ['', 'again\n', 900],
      ['10.0.0.8 admin\n', 'again\n'],
      // Whoever asked meanwhile may have kept that there was none.
      ['', 'again\n'],
      ['10.0.0.8 admin\n', 'again\nagain\n'],
    ] as const) {
      bench.names(names);
      await sleep(wait);
      expect(readFileSync(seen, 'utf8')).toBe(expected);
    }
    // It has become the program: what ends that ends all.
    expect(readFileSync(`/proc/${child.pid}/comm`, 'utf8')).toBe('sleep\n');
  });

  test('a name that is there and does not answer is followed when it answers again, and when it does so first', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(finished);
    const at = (name: string) => join(bench.folder, name);
    writeFileSync(at('seen'), '');
    bench.names('10.0.0.7 admin\n');
    const question = `[ -e ${at('answers')} ]`;
    const child = spawn(
      shell,
      [...words, at('follow'), '--answers', question, 'admin', `echo again >>${at('seen')}`, 'sleep', '1000'],
      { env: bench.env, detached: true },
    );
    finished(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    });
    for (const [answers, expected, wait = 3500] of [
      [false, ''],
      [true, 'again\n'],
      [true, 'again\n'],
      // One question that is not answered says nothing yet.
      [false, 'again\n', 900],
      [true, 'again\n'],
      [false, 'again\n'],
      [true, 'again\nagain\n'],
    ] as const) {
      if (answers) writeFileSync(at('answers'), '');
      else rmSync(at('answers'), { force: true });
      await sleep(wait);
      expect(readFileSync(at('seen'), 'utf8')).toBe(expected);
    }
  });

  test("front's Dovecot begins once all its certificates are there, and whose numbers were removed get them back", async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(finished);
    const at = (name: string) => join(bench.folder, name);
    mkdirSync(at('run'));
    for (const [name, does] of Object.entries({
      nginx: 'while :; do sleep 1; done',
      dovecot: `[ -s ${at('key')} ] || { echo Fatal >&2; exit 89; }; echo "$@" >>${at('began')}; "$0" daemon & exit 0`,
      pidof: `for p in /proc/[0-9]*; do read -r c <$p/comm && [ "$c" = "$1" ] && echo "\${p##*/}"; done 2>/dev/null`,
    }))
      writeFileSync(at(name), `#!/bin/sh\n[ "$1" != daemon ] || while :; do sleep 1; done\n${does}\n`, {
        mode: 0o755,
      });
    const pids = ['nginx', 'dovecot'].map((name) => at(`run/${name}.pid`));
    const config = at('proxy.conf');
    writeFileSync(
      at('certificates'),
      template(import.meta.url, '../../templates/certificates.sh.hbs', {
        interval: 0.3,
        pause: 1,
        nginx: pids[0],
        dovecot: pids[1],
        configuration: config,
      }),
    );
    const [program = '', ...before] = [...CONTAINER, shell, ...words, at('certificates')];
    const child = spawn(program, [...before, at('cert'), at('key'), '--', 'nginx'], { env: bench.env });
    finished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stderr.on('data', (data) => (said += String(data)));
    const began = () => existsSync(at('began')) && readFileSync(at('began'), 'utf8');
    const eventually = async (what: () => boolean) => {
      for (let tries = 0; !what(); tries++) {
        if (tries > 100) throw new Error(`not in 10 s: ${what} ${said}`);
        await sleep(100);
      }
    };
    await eventually(() => existsSync(pids[0] ?? ''));
    // Half of it is not all of it.
    writeFileSync(at('cert'), 'chain');
    writeFileSync(config, '');
    await sleep(1500);
    expect(began()).toBe(false);
    writeFileSync(at('key'), 'key');
    await eventually(() => existsSync(pids[1] ?? ''));
    const numbers = () => pids.map((file) => readFileSync(file, 'utf8'));
    const first = numbers();
    expect(new Set(first).size).toBe(2);
    // As Mailu does whenever it configures its front anew.
    for (const file of pids) rmSync(file);
    await eventually(() => pids.every((file) => existsSync(file)));
    await sleep(1000);
    expect(numbers()).toEqual(first);
    expect(began()).toBe(`-c ${config}\n`);
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
      stderr: 'usage: provision-follow [--answers QUESTION] NAME COMMAND PROGRAM [ARGUMENT…]',
    });
  });
});
