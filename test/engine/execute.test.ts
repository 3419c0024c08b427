import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandFrame } from '../../src/engine/command-frame.ts';
import { CommandReader } from '../../src/engine/command-reader.ts';
import { type Event, execute, type RunOptions } from '../../src/engine/index.ts';
import type { CommandFailed } from '../../src/engine/run-command.ts';
import { Secret } from '../../src/shell/index.ts';
import { Hosts } from './hosts.ts';

const together = { rolling: false };
const rolling = { rolling: true };

function hosts(names: readonly string[] = ['a', 'b'], unreachable: readonly string[] = []) {
  const made = new Hosts(names, [], unreachable);
  const lines = (host: string) =>
    made.events.flatMap((event) =>
      event.kind === 'command-output' && event.host === host ? [`${event.stream}: ${event.line}`] : [],
    );
  return { made, lines };
}

const messages = (failures: readonly { error: unknown }[]) =>
  failures.map(({ error }) => (error as Error).message);

test('words reach the program as they are, also those that a shell would read', async () => {
  const { made, lines } = hosts(['a']);
  const words = [
    'a b',
    '$HOME',
    "it's",
    '',
    '*',
    '-n',
    '--',
    '`id`',
    'x\ny',
    '\\n',
    '"',
    '#',
    '~',
    ';',
    '%s',
  ];
  expect(await execute(['printf', '[%s]\\n', ...words], together, made.options())).toMatchObject({
    ok: ['a'],
  });
  expect(lines('a').map((line) => line.replace('stdout: ', ''))).toEqual(
    words.flatMap((word) => `[${word}]`.split('\n')),
  );
});

test('each host has its lines of both streams as they are, also empty ones and a last one without an end', async () => {
  const { made, lines } = hosts();
  const { ok } = await execute(
    ['sh', '-c', 'echo one; echo; echo oh >&2; echo " two"; printf end'],
    together,
    made.options(),
  );
  expect(ok.toSorted()).toEqual(['a', 'b']);
  for (const host of ['a', 'b'])
    expect(lines(host).toSorted()).toEqual(
      ['stdout: one', 'stdout: ', 'stdout:  two', 'stdout: end', 'stderr: oh'].toSorted(),
    );
});

test('nothing is on its stdin', async () => {
  const { made, lines } = hosts(['a']);
  expect(await execute(['cat'], together, made.options())).toMatchObject({ ok: ['a'] });
  expect(lines('a')).toEqual([]);
});

test.each<[string, readonly string[], number]>([
  ['its own', ['sh', '-c', 'exit 3'], 3],
  ['that of a signal', ['sh', '-c', 'kill -KILL $$'], 137],
  ['that of a program that is not there', ['no-such-program'], 127],
  ['that of a file that cannot be run', ['/etc/passwd'], 126],
])('a command that fails is told with its exit code: %s', async (_, words, code) => {
  const { made } = hosts(['a']);
  const { failures } = await execute(words, together, made.options());
  expect(messages(failures)).toEqual([`the command ended with exit code ${code}`]);
  expect(failures[0]?.error).toMatchObject({ code: 'command-failed', exit: 2, exitCode: code });
  expect(made.events.find(({ kind }) => kind === 'command-finished')).toMatchObject({
    host: 'a',
    exitCode: code,
  });
});

test('a line for a shell that was given as one word has a fix that can be pasted', async () => {
  const { made } = hosts(['a']);
  const { failures } = await execute([`echo "it's" | wc -l`], together, made.options());
  const fix = failures.flatMap(({ error }) => (error as CommandFailed).fix);
  const pasted = /-- (sh -c .*)$/.exec(fix.join())?.[1] ?? '';
  expect(spawnSync('sh', ['-c', pasted]).stdout.toString()).toBe('1\n');
});

test('one host that fails, or cannot be reached, keeps no other from it', async () => {
  const { made, lines } = hosts(['a', 'b', 'c'], ['b']);
  const { ok, failures } = await execute(['echo', 'here'], together, made.options());
  expect({ ok: ok.toSorted(), failed: failures.map(({ host }) => host) }).toEqual({
    ok: ['a', 'c'],
    failed: ['b'],
  });
  expect(lines('c')).toEqual(['stdout: here']);
});

test('only the selected hosts are connected', async () => {
  const { made } = hosts(['a', 'b']);
  await execute(['true'], together, made.options(['b']));
  expect([made.took('a'), made.took('b')]).toEqual([0, 2]);
});

test('a rolling one goes on in the order of the inventory, one by one, and ends at the first that fails', async () => {
  const { made } = hosts(['c', 'b', 'a']);
  const began = () =>
    made.events.flatMap((event) =>
      event.kind === 'command-started' || event.kind === 'command-finished'
        ? [`${event.kind} ${event.host}`]
        : [],
    );
  expect(await execute(['true'], rolling, made.options())).toMatchObject({ ok: ['c', 'b', 'a'] });
  expect(began()).toEqual(
    ['c', 'b', 'a'].flatMap((host) => [`command-started ${host}`, `command-finished ${host}`]),
  );
  const failing = await execute(['false'], rolling, made.options());
  expect(failing).toMatchObject({ ok: [], notBegun: ['b', 'a'], failures: [{ host: 'c' }] });
});

test('a rolling one is begun nowhere where a host cannot be reached', async () => {
  const { made } = hosts(['a', 'b', 'c'], ['c']);
  expect(await execute(['true'], rolling, made.options())).toMatchObject({
    ok: [],
    notBegun: ['a', 'b'],
    failures: [{ host: 'c' }],
  });
});

/** Seconds that tell a sleep of this test from those of another that runs beside. */
const LONG = (number: number) => String(1_000_000 + process.pid * 10 + number);
/** The processes of such a sleep. */
const running = (seconds: string) => spawnSync('pgrep', ['-fx', `sleep ${seconds}`]).stdout.toString();

test.each<[string, readonly string[]]>([
  ['by itself', ['sleep', LONG(1)]],
  ['deaf to TERM', ['sh', '-c', `trap "" TERM; sleep ${LONG(2)}; sleep ${LONG(3)}`]],
  [
    'with a child that is deaf, and ends first itself',
    ['sh', '-c', `(trap "" TERM; sleep ${LONG(4)}) & sleep ${LONG(5)}`],
  ],
])('what hangs is ended on the host at its time, %s', async (_, words) => {
  const { made } = hosts(['a']);
  const options: RunOptions = { ...made.options(), patience: { question: 20_000, stage: 1000 } };
  const { failures } = await execute(words, together, options);
  expect(messages(failures)).toEqual(['the command did not end within 1 s, and was ended']);
  for (const seconds of words.join(' ').match(/\d{7,}/g) ?? []) expect(running(seconds)).toBe('');
});

test('a host that does not end it is waited for no longer', async () => {
  const { made } = hosts(['a']);
  const options = made.options();
  // The order does not arrive: the connection hangs.
  const connect: RunOptions['connect'] = async (...given) => {
    const transport = await options.connect(...given);
    return {
      ...transport,
      run: (script, how = {}) => {
        const { stdin: _, ...rest } = how;
        return transport.run(script, how.stdin === undefined ? how : { ...rest, stdin: never() });
      },
    };
  };
  const { failures } = await execute(['sleep', '9'], together, {
    ...options,
    connect,
    patience: { question: 20_000, stage: 500 },
  });
  expect(messages(failures)).toEqual([
    'the command did not end within 0.5 s nor when it was told to; it may still run there',
  ]);
});

test('its stdin ends with it: behind sudo something waits for that', async () => {
  const { made } = hosts(['a']);
  const options = made.options();
  let over = false;
  const connect: RunOptions['connect'] = async (...given) => {
    const transport = await options.connect(...given);
    const run: typeof transport.run = async (script, { stdin, ...how } = {}) => {
      const result = transport.run(script, stdin === undefined ? how : { ...how, stdin: never() });
      for await (const _ of stdin ?? []);
      over = stdin !== undefined;
      return result;
    };
    return { ...transport, run };
  };
  expect(await execute(['true'], together, { ...options, connect })).toMatchObject({ ok: ['a'] });
  expect(over).toBe(true);
});

async function* never(): AsyncGenerator<string> {
  await new Promise(() => undefined);
}

/** Does something to the run when an event comes. */
function at(made: Hosts, when: (event: Event) => boolean, what: () => void): RunOptions {
  const options = made.options();
  return {
    ...options,
    emit: (event) => {
      options.emit(event);
      if (when(event)) what();
    },
  };
}

test('asked to stop, it ends what runs and begins no other; told to, it ends that on the host', async () => {
  const first = hosts(['a', 'b']).made;
  const stopping = at(
    first,
    ({ kind }) => kind === 'command-started',
    () => first.stop.abort(),
  );
  expect(await execute(['sleep', '0.3'], rolling, stopping)).toMatchObject({ ok: ['a'], notBegun: ['b'] });

  const second = hosts(['a', 'b']).made;
  const aborting = at(
    second,
    ({ kind }) => kind === 'command-output',
    () => {
      second.stop.abort();
      second.abort.abort();
    },
  );
  const outcome = await execute(['sh', '-c', `echo up; exec sleep ${LONG(6)}`], together, aborting);
  expect(outcome.interrupted.toSorted()).toEqual(['a', 'b']);
  expect(outcome).toMatchObject({ ok: [], failures: [] });
  expect(running(LONG(6))).toBe('');
});

test('secrets are masked in what is printed and in what is told of the command', async () => {
  const { made, lines } = hosts(['a']);
  const secrets = new Map([['pw', new Secret('tr0ub4dor\nsecond-line')]]);
  await execute(['sh', '-c', 'echo "is tr0ub4dor."; echo second-line >&2', 'tr0ub4dor'], together, {
    ...made.options(),
    secrets,
  });
  expect(lines('a').toSorted()).toEqual(['stderr: ***', 'stdout: is ***.']);
  expect(JSON.stringify(made.events)).not.toMatch(/tr0ub4dor|second-line/);
});

test('a lot of output costs little, and a line without an end is shown in pieces', async () => {
  const { made, lines } = hosts(['a']);
  await execute(
    ['sh', '-c', 'yes 12345678 | head -n 20000; head -c 200000 /dev/zero | tr "\\0" x'],
    together,
    made.options(),
  );
  const seen = lines('a');
  expect(seen.filter((line) => line === 'stdout: 12345678')).toHaveLength(20_000);
  expect(seen.slice(20_000).join('').replaceAll('stdout: ', '')).toHaveLength(200_000);
});

const NONCE = 'provision-0123456789abcdef';

test.each([
  ['dash', ['dash', '-s']],
  ['bash', ['bash', '--posix', '-s']],
  ['busybox', ['busybox', 'sh', '-s']],
])('the frame runs in %s', (_, [program = '', ...args]) => {
  const script = commandFrame(['sh', '-c', 'echo "$1"; echo bad >&2; exit 4', 'sh', 'a  b'], NONCE).reveal();
  const { stdout, stderr } = spawnSync(program, args, { input: `${script}\n` });
  const said: string[] = [];
  const [out, err] = ['out', 'err'].map(
    (name) => new CommandReader(NONCE, (text) => said.push(`${name} ${text}`)),
  );
  out?.add(stdout.toString());
  err?.add(stderr.toString());
  expect({ code: out?.code, said }).toEqual({ code: 4, said: ['out a  b', 'err bad'] });
});

test('what a login prints before is dropped, and a mark of somebody else is a line', () => {
  const said: string[] = [];
  const reader = new CommandReader(NONCE, (text) => said.push(text));
  for (const char of `Welcome\n\n${NONCE} start 0\nx\n\n\nprovision-ff command 0\ny\n${NONCE} command 7\nlate\n`)
    reader.add(char);
  expect({ said, code: reader.code }).toEqual({
    said: ['x', '', '', 'provision-ff command 0', 'y'],
    code: 7,
  });
});
