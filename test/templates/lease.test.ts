import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import { template } from '../../src/template/index.ts';
import { CONTAINER } from './container.ts';

const PROGRAM = template(import.meta.url, '../../templates/lease.sh.hbs', {
  interval: 1,
  prompt: 3,
  limit: 6,
  handover: 15,
  grace: 4,
  drain: 2,
  patience: 4,
  gap: 6,
});

/** How long what begins is waited for. */
const BEGINS = { timeout: 20_000 };

interface Candidate {
  readonly process: ChildProcess;
  readonly said: () => string;
  readonly code: Promise<number | null>;
  /** Asks it to end, and gives its code. */
  readonly end: () => Promise<number | null>;
}

/** A folder that stands for the shared file system, and candidates for the lease in it. */
class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'lease-'));
  readonly lease = join(this.folder, 'lease');
  readonly #shell: readonly string[];
  readonly #candidates: Candidate[] = [];

  constructor(shell: readonly string[], finished: TestContext['onTestFinished']) {
    this.#shell = shell;
    writeFileSync(join(this.folder, 'program'), PROGRAM);
    writeFileSync(join(this.folder, 'log'), '');
    finished(async () => {
      await Promise.all(this.#candidates.map(({ end }) => end()));
      rmSync(this.folder, { recursive: true });
    });
  }

  log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  /** Runs a command under the lease; without one it notes its name every 0.2 s. */
  candidate(
    name: string,
    command = `while :; do echo ${name} >>"$0"; sleep 0.2; done`,
    {
      place,
      stdio = ['ignore', 'pipe', 'pipe'],
      options = [],
    }: { place?: string | undefined; stdio?: StdioOptions; options?: readonly string[] } = {},
  ): Candidate {
    const [program = '', ...args] = this.#shell;
    const files = [join(this.folder, 'program'), ...options, this.lease];
    const process = spawn(program, [...args, ...files, 'sh', '-c', command, join(this.folder, 'log')], {
      env: {
        ...env,
        PATH: `${this.folder}:${env.PATH}`,
        ...(place === undefined ? {} : { PROVISION_PLACE: place }),
      },
      stdio,
    });
    let text = '';
    process.stderr?.on('data', (data) => {
      text += String(data);
    });
    const code = new Promise<number | null>((resolve) => process.once('close', resolve));
    const end = () => {
      process.kill('SIGTERM');
      return code;
    };
    const candidate = { process, said: () => text, code, end };
    this.#candidates.push(candidate);
    return candidate;
  }

  /** A program that candidates find by its name. */
  program(name: string, text: string): void {
    const path = join(this.folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }

  /** The first proof takes so many seconds: what it writes is held up. Gives whether it has begun. */
  slowProof(seconds: number): () => boolean {
    const once = join(this.folder, 'was-slow');
    this.program(
      'dd',
      `case "$*" in bs=1*) [ -e ${once} ] || { : >${once}; sleep ${seconds}; } ;; esac\nexec /bin/dd "$@"`,
    );
    return () => existsSync(once);
  }

  /** Until a candidate of this place has given its first sign of life. */
  async waits(place: string): Promise<void> {
    const sign = `${this.lease}.${place}`;
    await until(`a candidate of ${place} waits`, () => existsSync(sign) && readFileSync(sign, 'utf8') !== '');
  }

  /** Seconds until `word` is in the log. */
  async writes(word: string): Promise<number> {
    const start = performance.now();
    await until(`${word} writes`, () => this.log().includes(word));
    return (performance.now() - start) / 1000;
  }

  /** Seconds from now until the last time that `word` is written, as seen for as long as `watched` seconds. */
  async lastWrite(word: string, watched: number): Promise<number> {
    const start = performance.now();
    let last = start;
    for (let count = this.log().split(word).length; performance.now() - start < watched * 1000; ) {
      await sleep(50);
      const now = this.log().split(word).length;
      if (now !== count) last = performance.now();
      count = now;
    }
    return (last - start) / 1000;
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = performance.now() + BEGINS.timeout; !holds(); await sleep(50))
    if (performance.now() > end) throw new Error(`waited ${BEGINS.timeout / 1000} s and still not: ${what}`);
}

/** Seconds that its command took to end by itself, as the lease says; NaN where it did not. */
const secondsOf = ({ said }: Candidate): number =>
  Number(/the command ended by itself, (\d+) s after it was asked to/.exec(said())?.[1]);

/**
 * A command that ends as soon as it is asked to. What that takes, no second on a machine with nothing else to do, this machine adds to any
 * other, and once more where workers are looked for before it.
 */
async function endsAtOnce(
  shell: readonly string[],
  finished: TestContext['onTestFinished'],
): Promise<Candidate> {
  const bench = new Bench(shell, finished);
  const idle = bench.candidate('idle', 'echo idle >>"$0"; exec sleep 1000');
  await bench.writes('idle');
  return idle;
}

describe.concurrent.each([
  ['dash', ['dash']],
  ['busybox', ['busybox', 'sh']],
  ['bash', ['bash', '--posix']],
])('the lease under %s', { timeout: 240_000 }, (_name, shell) => {
  test('a second candidate waits; it starts at once when the first has ended in order', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    const first = bench.candidate('first');
    await bench.writes('first');
    const second = bench.candidate('second');
    await expect.poll(second.said, BEGINS).toMatch(/waiting for .*, held by/);
    await sleep(2500);
    expect(bench.log()).not.toContain('second');
    await first.end();
    expect(await bench.writes('second')).toBeLessThan(8);
    expect(second.said()).not.toContain('has not given the lease up');
    expect(bench.log()).toMatch(/^(first\n)+(second\n)+$/);
  });

  test('where the first was killed, the second waits until its command has stopped in any case', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    const first = bench.candidate('first');
    await bench.writes('first');
    const second = bench.candidate('second');
    await sleep(1500);
    first.process.kill('SIGKILL');
    expect(await bench.lastWrite('first', 6)).toBeLessThan(5);
    await bench.writes('second');
    expect(second.said()).toContain('has not given the lease up; waiting 15 s');
    expect(bench.log()).toMatch(/^(first\n)+(second\n)+$/);
  });

  test.for<[string, (bench: Bench) => void, string]>([
    ['the lock is gone', ({ lease }) => renameSync(lease, `${lease}.gone`), 'the lock on'],
    [
      'another name is written',
      ({ lease }) => {
        // At once, as a candidate on another node does: a file that is being written would be read as empty.
        writeFileSync(`${lease}.new`, 'somebody\n');
        renameSync(`${lease}.new`, `${lease}.holder`);
      },
      'held by somebody',
    ],
    ['what names the holder cannot be read', ({ lease }) => rmSync(`${lease}.holder`), 'cannot read'],
  ])(
    '%s: the command is killed with all its children',
    async ([, lose, words], { expect, onTestFinished: finished }) => {
      const bench = new Bench(shell, finished);
      const first = bench.candidate(
        'first',
        '(while :; do echo child >>"$0"; sleep 0.2; done) & trap "" TERM; wait',
      );
      await bench.writes('child');
      lose(bench);
      expect(await bench.lastWrite('child', 8)).toBeLessThan(6);
      expect(await first.code).toBe(75);
      expect(first.said()).toContain(words);
    },
  );

  test('storage that hangs is given up after the limit', async ({ expect, onTestFinished: finished }) => {
    const bench = new Bench(shell, finished);
    const first = bench.candidate('first');
    await bench.writes('first');
    expect(spawnSync('mkfifo', [`${bench.lease}.pipe`]).status).toBe(0);
    renameSync(`${bench.lease}.pipe`, `${bench.lease}.holder`);
    expect(await bench.lastWrite('first', 14)).toBeLessThan(12);
    expect(await first.code).toBe(75);
    expect(first.said()).toMatch(
      /(the storage has been silent for \d+ s|cannot read .*)[\s\S]*; the command was killed/,
    );
  });

  test('where a program is missing, it says which, and runs nothing', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    const { status, stderr } = spawnSync(
      '/usr/bin/env',
      [
        'PATH=/nowhere',
        spawnSync('sh', ['-c', `command -v ${shell[0]}`], { encoding: 'utf8' }).stdout.trim(),
        ...shell.slice(1),
        join(bench.folder, 'program'),
        bench.lease,
        'true',
      ],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({
      status: 64,
      stderr: 'lease: flock is missing here, and the lease cannot be held without it\n',
    });
    expect(existsSync(bench.lease)).toBe(false);
  });

  test("the command's own exit code is the lease's; its last words are heard", async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    const command = 'trap "echo bye >>$0; exit 7" TERM; echo up >>"$0"; while :; do sleep 0.1; done';
    const ended = bench.candidate('x', command);
    await bench.writes('up');
    expect(await ended.end()).toBe(7);
    expect(bench.log()).toBe('up\nbye\n');
    expect(await bench.candidate('y', 'exit 3').code).toBe(3);
  });

  const of = (bench: Bench, name: string, place: string) => bench.candidate(name, undefined, { place });

  test('a holder makes way for a later one of its place, which then begins at once', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    const first = of(bench, 'first', 'a.mailu_imap.1');
    await bench.writes('first');
    const second = of(bench, 'second', 'a.mailu_imap.1');
    expect(await first.code).toBe(75);
    expect(first.said()).toMatch(
      /the command ended by itself, \d s after it was asked to\n[\s\S]*lease: made way for one that was started later, and has waited for 4 s/,
    );
    expect(await bench.writes('second')).toBeLessThan(4);
    expect(second.said()).not.toContain('has not given the lease up');
    expect(bench.log()).toMatch(/^(first\n)+(second\n)+$/);
  });

  test.for([
    ['of another place', 'a.mailu_imap.1', 'b.mailu_imap.1'],
    ['of no place', 'a.mailu_imap.1', undefined],
    ['beside a holder of no place', undefined, 'a.mailu_imap.1'],
  ] as const)(
    'a candidate %s is not made way for',
    async ([, one, other], { expect, onTestFinished: finished }) => {
      const bench = new Bench(shell, finished);
      bench.candidate('first', undefined, { place: one });
      await bench.writes('first');
      bench.candidate('second', undefined, { place: other });
      await sleep(9000);
      expect(bench.log()).toMatch(/^(first\n)+$/);
    },
  );

  test('nobody makes way for a candidate that has died', async ({ expect, onTestFinished: finished }) => {
    const bench = new Bench(shell, finished);
    of(bench, 'first', 'p');
    await bench.writes('first');
    const second = of(bench, 'second', 'p');
    await bench.waits('p');
    await sleep(2500);
    second.process.kill('SIGKILL');
    await sleep(8000);
    expect(bench.log()).toMatch(/^(first\n)+$/);
  });

  test('a candidate ends where a later one of its place is there, and does not come back to what that holds', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    const holder = of(bench, 'holder', 'p');
    await bench.writes('holder');
    const stale = of(bench, 'stale', 'p');
    await bench.waits('p');
    const later = of(bench, 'later', 'p');
    expect(await stale.code).toBe(75);
    expect(stale.said()).toContain('one that was started later is there instead');
    expect(await holder.code).toBe(75);
    await bench.writes('later');
    await sleep(3000);
    expect(later.process.exitCode).toBeNull();
    expect(bench.log()).toMatch(/^(holder\n)+(later\n)+$/);
  });

  test('all processes of the command are asked to end, also those that its first one only waits for', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    // As Mailu's start programs do (2024.06.57, core/dovecot/start.py): TERM alone does not end the first process.
    const helper = 'trap "echo helped >>$0; exit 0" TERM; echo up >>"$0"; while :; do sleep 0.1; done';
    const first = bench.candidate(
      'first',
      `trap : TERM; sh -c '${helper}' "$0" & wait; wait; echo bye >>"$0"`,
    );
    await bench.writes('up');
    await first.end();
    expect(bench.log()).toBe('up\nhelped\nbye\n');
    expect(first.said()).toMatch(/the command ended by itself, \d s after it was asked to/);
  });

  test('a worker ends what it has begun where its supervisor is killed before it is asked to end', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    // As Postfix's do: SIGTERM ends a worker between a message and its receipt; without its supervisor it ends after the receipt.
    const worker = `parent=$PPID; while :; do
      echo message >>"$0"; sleep 1; echo receipt >>"$0"; [ -d /proc/$parent ] || { echo ended >>"$0"; exit; }; done`;
    bench.program('worker', worker.replaceAll('$0', join(bench.folder, 'log')));
    bench.program('supervisor', 'worker & wait');
    const first = bench.candidate('first', 'supervisor & wait', {
      options: ['--drain', 'supervisor worker'],
    });
    const idle = await endsAtOnce(shell, finished);
    await bench.writes('receipt');
    await Promise.all([first.end(), idle.end()]);
    expect(bench.log()).toMatch(/^(message\nreceipt\n)+ended\n$/);
    expect(secondsOf(first)).toBeGreaterThanOrEqual(1);
    expect(secondsOf(first)).toBeLessThanOrEqual(2 + 2 * secondsOf(idle));
  });

  test('a worker that does not end is asked to when the whole of its time is over', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    bench.program('worker', 'sleep 30');
    const first = bench.candidate(
      'first',
      'trap "date +%s%N >>$0; exit" TERM; worker & echo up >>"$0"; wait',
      { options: ['--drain', 'nobody worker'] },
    );
    const idle = await endsAtOnce(shell, finished);
    await bench.writes('up');
    // Late in one of the seconds that a shell counts: counted in these, the first would be nearly over.
    while (Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) % 1 < 0.7) await sleep(20);
    const began = Date.now();
    await Promise.all([first.end(), idle.end()]);
    expect(bench.log()).toMatch(/^up\n\d+\n$/);
    expect(Number(bench.log().split('\n')[1]) / 1e6 - began).toBeGreaterThanOrEqual(2000);
    expect(secondsOf(first)).toBeGreaterThanOrEqual(2);
    expect(secondsOf(first)).toBeLessThanOrEqual(3 + 2 * secondsOf(idle));
  });

  test('a process that left the group of the command, and one that ignores SIGTERM, are killed after the grace', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    const deaf = 'trap "" TERM; while :; do echo deaf >>"$0"; sleep 0.2; done';
    const first = bench.candidate('first', `setsid sh -c '${deaf}' "$0" & exec sleep 1000`);
    await bench.writes('deaf');
    first.process.kill('SIGTERM');
    const last = await bench.lastWrite('deaf', 8);
    expect(last).toBeGreaterThan(3.5);
    expect(last).toBeLessThan(10);
    await first.code;
    expect(first.said()).toMatch(/the command was killed after its grace of 4 s, \d s after/);
    const second = bench.candidate('second');
    expect(await bench.writes('second')).toBeLessThan(6);
    expect(second.said()).not.toContain('has not given the lease up');
  });

  test.for(['SIGSTOP', 'SIGKILL'] as const)(
    'after %s of the lease alone its command is killed before the next one begins',
    async (signal, { expect, onTestFinished: finished }) => {
      const bench = new Bench(shell, finished);
      const first = bench.candidate('first', 'trap "" TERM; while :; do echo first >>"$0"; sleep 0.2; done');
      await bench.writes('first');
      first.process.kill(signal);
      expect(await bench.lastWrite('first', 7)).toBeLessThan(5);
      first.process.kill('SIGCONT');
      expect(await first.code).not.toBe(0);
      bench.candidate('second');
      await bench.writes('second');
      expect(bench.log()).toMatch(/^(first\n)+(second\n)+$/);
    },
  );

  test('a name that was emptied is not that of one who gave the lease up', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    for (const file of ['', '.holder', '.released']) writeFileSync(bench.lease + file, '');
    const candidate = bench.candidate('first');
    await expect.poll(candidate.said, BEGINS).toContain('somebody has not given the lease up; waiting 15 s');
    await sleep(3000);
    expect(bench.log()).toBe('');
  });

  test.for(['08', '010', '9'.repeat(19), '9'.repeat(20), 'x', ''])(
    'a number that nobody has given (%s) stops nobody',
    async (number, { expect, onTestFinished: finished }) => {
      const bench = new Bench(shell, finished);
      writeFileSync(`${bench.lease}.p`, `host name p ${number}\n`);
      const candidate = of(bench, 'first', 'p');
      await bench.writes('first');
      await expect.poll(candidate.said, BEGINS).toMatch(/holds .* p 1$/m);
    },
  );

  test('a first proof that took long is asked again before the command begins', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    bench.slowProof(5);
    bench.candidate('first');
    expect(await bench.writes('first')).toBeGreaterThan(5);
  });

  test('asked to end during its first proof, it begins nothing, and gives the lease up', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench(shell, finished);
    const underWay = bench.slowProof(2.5);
    const candidate = bench.candidate('first');
    await expect.poll(underWay, BEGINS).toBe(true);
    expect(await candidate.end()).toBe(0);
    expect(bench.log()).toBe('');
    const [holder, released] = ['holder', 'released'].map((file) =>
      readFileSync(`${bench.lease}.${file}`, 'utf8'),
    );
    expect(released).toBe(holder);
  });

  test('what nobody reads holds nothing up', async ({ expect, onTestFinished: finished }) => {
    const bench = new Bench(shell, finished);
    const pipe = join(bench.folder, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const full = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      for (;;) writeSync(full, 'x'.repeat(4096));
    } catch {
      // It takes no more.
    }
    const blocking = openSync(pipe, constants.O_RDWR);
    const first = bench.candidate('first', undefined, { stdio: ['ignore', 'ignore', blocking] });
    await bench.writes('first');
    first.process.kill('SIGTERM');
    expect(await bench.lastWrite('first', 5)).toBeLessThan(3);
    await first.code;
    closeSync(blocking);
    closeSync(full);
    const second = bench.candidate('second');
    await bench.writes('second');
    expect(second.said()).not.toContain('has not given the lease up');
  });

  test('a place that no file can be called after is refused', ({ expect, onTestFinished: finished }) => {
    const bench = new Bench(shell, finished);
    const [program = '', ...more] = shell;
    const { status, stderr } = spawnSync(
      program,
      [...more, join(bench.folder, 'program'), bench.lease, 'true'],
      {
        encoding: 'utf8',
        env: { ...env, PROVISION_PLACE: 'a/b' },
      },
    );
    expect({ status, stderr }).toEqual({
      status: 64,
      stderr: 'lease: PROVISION_PLACE may have letters, digits, dots, hyphens and underscores\n',
    });
  });

  test.for<[string[], number, string]>([
    [['--grace'], 64, 'lease: '],
    [['--grace', '5x', 'FILE', 'true'], 64, 'the grace is a number of seconds'],
    [['--waiting', '/nowhere/mark', 'FILE', 'true'], 75, 'cannot write /nowhere/mark'],
  ])('%o is refused', ([args, status, words], { expect, onTestFinished: finished }) => {
    const bench = new Bench(shell, finished);
    const [program = '', ...more] = shell;
    const all = [
      ...more,
      join(bench.folder, 'program'),
      ...args.map((arg) => (arg === 'FILE' ? bench.lease : arg)),
    ];
    const ended = spawnSync(program, all, { encoding: 'utf8' });
    expect(ended.status).toBe(status);
    expect(ended.stderr).toContain(words);
  });
});

describe('the lease as the first process of a container whose programs are busybox', () => {
  // busybox forks what watches a program's time, in a session of its own (coreutils/timeout.c, bb_daemonize_or_rexec).
  test('its own questions are not taken for processes of the command', async ({
    expect,
    onTestFinished: finished,
  }) => {
    const bench = new Bench([...CONTAINER, 'sh'], finished);
    expect(spawnSync('busybox', ['--install', '-s', bench.folder]).status).toBe(0);
    const only = bench.candidate(
      'only',
      'trap "echo bye >>$0; exit 0" TERM; echo up >>"$0"; sleep 3; kill -TERM 1; while :; do sleep 0.1; done',
    );
    await only.code;
    expect(bench.log()).toBe('up\nbye\n');
    expect(only.said()).toMatch(/the command ended by itself, [01] s after it was asked to/);
  });
});
