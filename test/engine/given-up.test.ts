import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { applyFrame } from '../../src/engine/frame.ts';
import { detached } from '../../src/resources/detached.ts';
import { raw, type Script, sh } from '../../src/shell/index.ts';
import { localTransport } from '../../src/transport/local.ts';
import { at, Holder, NONCE, newLock, SHELLS } from './holder.ts';

/** A command that writes a line each 100 ms for 3 s, and what it has written. */
function job(lock: string, ignoring = false) {
  const file = `${lock}.written`;
  const loop = sh`for i in $(seq 30); do echo $i >>${file}; sleep 0.1; done`;
  const command = ignoring ? sh`sh -c ${`trap '' HUP INT TERM; ${loop.reveal()}`}` : loop;
  return { command, lines: () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0) };
}

const changes = (lock: string, steps: readonly Script[]) =>
  at(lock, applyFrame(steps, NONCE, 'run one', 'one'));

/** What the next run is told, and whether anything is written once it has the host. */
async function next(lock: string, lines: () => number) {
  const two = new Holder(['dash'], lock, 'two');
  const code = await two.said();
  const before = lines();
  await sleep(500);
  const goesOn = lines() > before;
  two.end();
  return { code, text: two.lock?.text.trim() ?? '', goesOn };
}

async function untilWritten(lines: () => number): Promise<void> {
  while (lines() === 0) await sleep(20);
}

describe('a script on this machine that is given up', () => {
  test.each(['abort', 'timeout'])(
    'keeps the next run out while its step goes on: %s',
    async (how) => {
      const lock = newLock();
      const one = new Holder(['dash'], lock, 'one');
      expect(await one.said()).toBe(0);
      const { command, lines } = job(lock);
      const abort = new AbortController();
      const running = localTransport('here')
        .run(
          changes(lock, [detached(command), raw(`: >${lock}.second`)]),
          how === 'abort' ? { signal: abort.signal } : { timeout: 800 },
        )
        .catch(() => undefined);
      await untilWritten(lines);
      if (how === 'abort') abort.abort(new Error('asked twice'));
      await running;
      one.end();
      expect(await one.ended(2)).toBe(true);
      const told = await next(lock, lines);
      expect(told).toEqual({ code: 76, text: expect.stringMatching(/^run one since /), goesOn: true });
      while (lines() < 30) await sleep(100);
      await sleep(300);
      expect(await next(lock, lines)).toEqual({ code: 0, text: '', goesOn: false });
      expect(existsSync(`${lock}.second`)).toBe(false);
    },
    15_000,
  );
});

test('a script on this machine that is given up begins no further step, though its run still has the host', async () => {
  const lock = newLock();
  const one = new Holder(['dash'], lock, 'one');
  expect(await one.said()).toBe(0);
  one.beat();
  const script = changes(lock, [raw(`sleep 0.6; : >${lock}.first`), raw(`: >${lock}.second`)]);
  await expect(localTransport('here').run(script, { timeout: 300 })).rejects.toThrow('no end within');
  await expect.poll(() => existsSync(`${lock}.first`), { timeout: 10_000 }).toBe(true);
  await sleep(400);
  expect(existsSync(`${lock}.second`)).toBe(false);
  one.end();
});

describe.each(SHELLS)('a step under %s', (_, [program = '', ...options]) => {
  const kinds: readonly (readonly [string, boolean, (command: Script) => Script])[] = [
    ['that ignores signals', true, (command) => command],
    ['that ignores signals, not the last', true, (command) => sh`${command}; true`],
    ['that is detached', false, (command) => detached(command)],
  ];
  test.each(kinds)(
    '%s keeps the next run out when all shells are ended',
    async (_, ignoring, step) => {
      const lock = newLock();
      const one = new Holder(['dash'], lock, 'one');
      expect(await one.said()).toBe(0);
      const { command, lines } = job(lock, ignoring);
      const running = spawn(program, options, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
      running.stdin.end(changes(lock, [step(command), raw(`: >${lock}.second`)]).reveal());
      await untilWritten(lines);
      // As a session or a unit is ended: all of them at once.
      process.kill(-(running.pid ?? 0), 'SIGTERM');
      await once(running, 'exit');
      one.end();
      expect(await one.ended(2)).toBe(true);
      expect(await next(lock, lines)).toMatchObject({ code: 76, goesOn: true });
      while (lines() < 30) await sleep(100);
      await sleep(300);
      expect(await next(lock, lines)).toEqual({ code: 0, text: '', goesOn: false });
      expect(existsSync(`${lock}.second`)).toBe(false);
    },
    15_000,
  );

  test('ends with its script where all are killed, and the host is free', async () => {
    const lock = newLock();
    const one = new Holder(['dash'], lock, 'one');
    expect(await one.said()).toBe(0);
    const { command, lines } = job(lock, true);
    const running = spawn(program, options, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    running.stdin.end(changes(lock, [detached(command)]).reveal());
    await untilWritten(lines);
    process.kill(-(running.pid ?? 0), 'SIGKILL');
    await once(running, 'exit');
    one.end();
    expect(await one.ended(2)).toBe(true);
    expect(await next(lock, lines)).toEqual({ code: 0, text: '', goesOn: false });
  });

  test('that is stopped and goes on later keeps the next run out', async () => {
    const lock = newLock();
    const one = new Holder(['dash'], lock, 'one');
    expect(await one.said()).toBe(0);
    const running = spawn(program, options, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    running.stdin.end(changes(lock, [raw(`: >${lock}.begun; sleep 0.5`), raw(`: >${lock}.second`)]).reveal());
    while (!existsSync(`${lock}.begun`)) await sleep(20);
    process.kill(-(running.pid ?? 0), 'SIGSTOP');
    one.end();
    expect(await one.ended(2)).toBe(true);
    expect(await next(lock, () => 0)).toMatchObject({ code: 76 });
    process.kill(-(running.pid ?? 0), 'SIGCONT');
    await once(running, 'exit');
    expect(await next(lock, () => 0)).toMatchObject({ code: 0 });
    expect(existsSync(`${lock}.second`)).toBe(false);
  });

  test('ends where it is asked to, and begins nothing more', () => {
    const lock = newLock();
    const script = changes(lock, [raw(`kill -TERM $$; sh -c 'kill -TERM $PPID'; : >${lock}.more`)]);
    spawnSync(program, options, { input: script.reveal() });
    expect(existsSync(`${lock}.more`)).toBe(false);
  });
});
