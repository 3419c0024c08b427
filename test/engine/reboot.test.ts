import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { converge, prepare, type RunOptions } from '../../src/engine/index.ts';
import { Interrupted, TransportError, type TransportFailure } from '../../src/errors/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { defineResource } from '../../src/resource/index.ts';
import { sh } from '../../src/shell/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

const ID = (boot: number) => `00000000-0000-4000-8000-${String(boot).padStart(12, '0')}`;

/** A machine that has to be rebooted as long as a file is there, and one that goes down instead. */
const rebooted = defineResource({
  kind: 'rebooted',
  endsMachine: true,
  want: z.strictObject({ command: z.string().default('touch /host/going'), within: z.number().default(20) }),
  key: () => 'machine',
  observe: () => ({
    script: sh`[ -e /host/needed ] && echo needed || true`,
    parse: ({ stdout }) => stdout !== '',
  }),
  diff: (_want, needed) => (needed ? [{ field: 'reboot', from: 'needed', to: 'not needed' }] : []),
  apply: ({ command, within }) => [
    { title: 'write before', script: sh`cat /boot-of >>/host/before` },
    { title: 'reboot it', script: sh`sh -c ${command}`, reboots: { within } },
    { title: 'write after', script: sh`cat /boot-of >>/host/after` },
  ],
});

interface Machine {
  /** Milliseconds for which it is away. Default: 300. */
  readonly away?: number;
  /** How a login fails while it is. */
  readonly failure?: TransportFailure;
  /** What is done there before anybody can come back to it. */
  readonly meanwhile?: (folder: string) => void;
  /** Whether its next boot says still that it is needed. */
  readonly stillNeeded?: boolean;
}

/** Hosts that go down where a file says so: what runs there is lost, what is in memory is gone, and they boot again. */
function machines(
  hosts: Hosts,
  { away = 300, failure = 'not-listening', meanwhile, stillNeeded }: Machine = {},
) {
  const down = new Map<string, AbortController>();
  const boots = new Map<string, number>();
  const watched = new Set<string>();
  const folders = (name: string) => hosts.folder(name);
  const start = (name: string) => {
    mkdirSync(folders(name), { recursive: true });
    boots.set(name, (boots.get(name) ?? 0) + 1);
    writeFileSync(join(folders(name), 'boot'), `${ID(boots.get(name) ?? 0)}\n`);
    down.set(name, new AbortController());
  };
  const goDown = async (name: string) => {
    const folder = folders(name);
    rmSync(join(folder, 'going'));
    // As systemd goes on in a moment: what was said before has been heard.
    await sleep(500);
    const before = down.get(name);
    down.delete(name);
    before?.abort(new TransportError('lost', 'the connection was lost'));
    await sleep(away);
    for (const file of readdirSync(dirname(folder)))
      if (file.startsWith(`${basename(folder)}.lock`)) rmSync(join(dirname(folder), file));
    if (!stillNeeded) rmSync(join(folder, 'needed'), { force: true });
    meanwhile?.(folder);
    start(name);
  };
  const plain = hosts.options();
  const options: RunOptions = {
    ...plain,
    connect: async (host, signal) => {
      const { name } = host;
      if (!watched.has(name)) start(name);
      watched.add(name);
      const up = down.get(name);
      if (up === undefined) throw new TransportError(failure, `${name} does not answer`);
      const inner = await plain.connect(host, signal);
      return {
        name,
        run: (script, given = {}) => {
          up.signal.throwIfAborted();
          const text = script.map((one) =>
            one
              .replaceAll('/proc/sys/kernel/random/boot_id', join(folders(name), 'boot'))
              .replaceAll('/boot-of', join(folders(name), 'boot')),
          );
          const signals = [up.signal, ...(given.signal ? [given.signal] : [])];
          return inner.run(text, { ...given, signal: AbortSignal.any(signals) });
        },
        [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
      };
    },
  };
  const watching = setInterval(() => {
    for (const name of watched)
      if (down.has(name) && existsSync(join(folders(name), 'going'))) void goDown(name);
  }, 20);
  return { options, [Symbol.dispose]: () => clearInterval(watching) };
}

const locks: ChildProcess[] = [];
/** Holds a lock as long as it is not killed. */
const lockOf = (path: string) => spawn('flock', [path, 'sleep', '60'], { stdio: 'ignore' });

const playbookOf = (want: object = {}) =>
  definePlaybook({
    name: 'test',
    stages: [
      { name: 'reboot', resources: () => [rebooted(want as never)], rolling: {} },
      { name: 'then', resources: () => [flag({ name: 'x', value: '1' })] },
    ],
  });

async function run(machine: Machine = {}, want: object = {}, names: readonly string[] = ['a', 'b']) {
  const hosts = new Hosts(names, [playbookOf(want)]);
  for (const name of names) {
    mkdirSync(hosts.folder(name), { recursive: true });
    writeFileSync(join(hosts.folder(name), 'needed'), '');
  }
  using given = machines(hosts, machine);
  await using prepared = await prepare(given.options);
  const outcome = await converge(prepared);
  const read = (host: string, file: string) => {
    const path = join(hosts.folder(host), file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  return { ...outcome, read, hosts };
}

describe.concurrent('a machine that is rebooted', () => {
  test('is waited for, one after the other, held again, and the run goes on there', async () => {
    const { changes, failures, read, hosts } = await run();
    expect({ changes, failures }).toEqual({ changes: 4, failures: [] });
    for (const name of ['a', 'b'])
      expect({ before: read(name, 'before'), after: read(name, 'after'), x: read(name, 'x') }).toEqual({
        before: `${ID(1)}\n`,
        after: `${ID(2)}\n`,
        x: '1',
      });
    const told = hosts.events.flatMap((event) =>
      event.kind === 'step-started' || (event.kind === 'changed' && event.resource === 'rebooted machine')
        ? [`${event.host} ${event.kind === 'changed' ? 'is back' : event.title}`]
        : [],
    );
    expect(told.slice(0, 8)).toEqual(
      ['a', 'b'].flatMap((name) => [
        `${name} write before`,
        `${name} reboot it`,
        `${name} write after`,
        `${name} is back`,
      ]),
    );
  });

  test('is waited for also where the connection is lost before the command has ended', async () => {
    const { failures, read } = await run({}, { command: 'touch /host/going; sleep 20' }, ['a']);
    expect({ failures, after: read('a', 'after') }).toEqual({ failures: [], after: `${ID(2)}\n` });
  });

  test('and does not come back in time, is an error that says what was heard last', async () => {
    const { failures, read } = await run({ away: 12_000 }, { within: 1 });
    expect(failures).toMatchObject([
      {
        host: 'a',
        error: {
          code: 'not-back',
          exit: 4,
          message: 'it was told to reboot, and has not come back within 1 s: a does not answer',
        },
      },
    ]);
    expect(read('b', 'before')).toBe('');
  });

  test('and does not go down, is an error, and nothing after it is done', async () => {
    const { failures, read } = await run({}, { command: 'true', within: 1 });
    expect(failures).toMatchObject([{ host: 'a', error: { code: 'still-up', exit: 2 } }]);
    expect([read('a', 'after'), read('b', 'before')]).toEqual(['', '']);
  });

  test('and comes back with another key, is not asked again', async () => {
    const { failures } = await run({ away: 8000, failure: 'host-key-changed' });
    expect(failures).toMatchObject([{ host: 'a', error: { failure: 'host-key-changed' } }]);
  });

  test('and fails to be told so, is not waited for', async () => {
    const { failures, read } = await run({}, { command: 'echo no >&2; exit 3' });
    expect(failures).toMatchObject([{ host: 'a', error: { code: 'step-failed' } }]);
    expect(read('a', 'after')).toBe('');
  });

  test('and says still that it is needed, is an error', async () => {
    const { failures, read } = await run({ stillNeeded: true });
    expect(failures).toMatchObject([{ host: 'a', error: { code: 'not-converged' } }]);
    expect(read('b', 'before')).toBe('');
  });
});

test('what is told to end while a machine boots ends at once, and the machine has not failed', async () => {
  const hosts = new Hosts(['a', 'b'], [playbookOf()]);
  mkdirSync(hosts.folder('a'), { recursive: true });
  writeFileSync(join(hosts.folder('a'), 'needed'), '');
  using given = machines(hosts);
  const options: RunOptions = {
    ...given.options,
    emit: (event) => {
      given.options.emit(event);
      if (event.kind === 'gate-waiting') hosts.stop.abort();
    },
  };
  await using prepared = await prepare(options);
  await expect(converge(prepared)).rejects.toThrow(Interrupted);
  expect(prepared.run.failures()).toEqual([]);
});

describe.concurrent('while nothing holds a machine that boots', () => {
  test('another run takes it, and has it: this one ends with the known words', async () => {
    const { failures, read } = await run({
      meanwhile: (folder) => {
        // The process of this test is there as long as it is asked for.
        const [, ...stat] = readFileSync('/proc/self/stat', 'utf8').split(') ');
        const began = stat.join(') ').split(' ')[19];
        const lines = ['other-token', process.pid, 'somebody@elsewhere since 03:00:00Z', '1', began];
        writeFileSync(`${folder}.lock.run`, `${lines.join('\n')}\n`);
        locks.push(lockOf(`${folder}.lock.run`));
      },
    });
    expect(failures).toMatchObject([
      { host: 'a', error: { code: 'lock-held', message: expect.stringContaining('somebody@elsewhere') } },
    ]);
    expect([read('a', 'after'), read('b', 'before')]).toEqual(['', '']);
    for (const lock of locks) lock.kill();
  });

  test('another run changes it and lets go again: that is seen', async () => {
    const { failures, read } = await run({
      meanwhile: (folder) => writeFileSync(`${folder}.lock`, 'somebody@elsewhere since 03:00:00Z\n'),
    });
    expect(failures).toMatchObject([
      { host: 'a', error: { code: 'lock-lost', message: expect.stringContaining('somebody@elsewhere') } },
    ]);
    expect([read('a', 'after'), read('b', 'before')]).toEqual(['', '']);
  });
});
