import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { figure, inBackground, inventory, NODES, provision, type Ran } from './harness.ts';
import { exec, up } from './lab.ts';
import { until } from './shell.ts';
import { paths } from './state.ts';
import { failures } from './steps.ts';
import { onTerminal } from './terminal.ts';

/** The node whose login needs a password for sudo. */
const WITH_PASSWORD = 'node-3';

let file = '';
let folder = '';

beforeAll(async () => {
  await up({ nodes: 3 });
  folder = mkdtempSync(join(tmpdir(), 'provision-exec-'));
  writeFileSync(join(folder, 'mail'), 'tr0ub4dor-and-3\n', { mode: 0o600 });
  file = inventory(3, (tree) => {
    Object.assign(tree.secrets as object, {
      mail: { file: join(folder, 'mail') },
      asked: { prompt: 'Which?' },
    });
  });
});

const command = (options: readonly string[], ...words: readonly string[]) =>
  provision('exec', file, '--output', 'json', ...options, '--', ...words);

/** What a host's command printed. */
const printed = (ran: Ran, host: string, stream = 'stdout') =>
  ran.events.flatMap((event) =>
    event.kind === 'command-output' && event.host === host && event.stream === stream
      ? [event.line as string]
      : [],
  );

test('words arrive on every host as they are, through ssh and through sudo with a password', async () => {
  const words = ['a  b', '$HOME', "it's", '', '*', '-l', '--', '`id`', '"', '\\', '~', ';', 'ü'];
  const ran = await command([], 'printf', '[%s]\\n', ...words);
  expect(ran.code).toBe(0);
  for (const node of NODES) expect(printed(ran, node)).toEqual(words.map((word) => `[${word}]`));
});

test('it is root where the inventory says so, and the command has an empty stdin and no terminal', async () => {
  const ran = await command([], 'sh', '-c', 'id -u; pwd; tty; cat');
  for (const node of NODES) expect(printed(ran, node)).toEqual(['0', '/', 'not a tty']);
});

test('one host that fails keeps no other from it, and each exit code is told', async () => {
  const ran = await command(
    [],
    'sh',
    '-c',
    'case $(hostname) in node-2) echo no >&2; exit 7;; esac; echo yes',
  );
  expect(ran.code).toBe(2);
  expect(failures(ran)).toMatchObject([{ host: 'node-2', code: 'command-failed', exitCode: 7 }]);
  expect(printed(ran, 'node-1')).toEqual(['yes']);
  expect(printed(ran, 'node-2', 'stderr')).toEqual(['no']);
  const finished = ran.events.filter(({ kind }) => kind === 'command-finished');
  expect(Object.fromEntries(finished.map(({ host, exitCode }) => [host, exitCode]))).toEqual({
    'node-1': 0,
    'node-2': 7,
    'node-3': 0,
  });
  expect(ran.stderr).toContain('ok on node-1, node-3; failed on node-2');
});

test('what hangs on one host is ended there at its time, and the others are done', async () => {
  const start = performance.now();
  const ran = await command(
    ['--timeout', '4'],
    'sh',
    '-c',
    `[ $(hostname) != ${WITH_PASSWORD} ] || { trap "" TERM; sleep 7401; sleep 7402; }; echo done`,
  );
  figure(
    'exec: a command that hangs, ended at 4 s and deaf to TERM, seconds',
    Math.round((performance.now() - start) / 100) / 10,
  );
  expect(failures(ran)).toMatchObject([
    { host: WITH_PASSWORD, message: 'the command did not end within 4 s, and was ended' },
  ]);
  expect([printed(ran, 'node-1'), printed(ran, 'node-2')]).toEqual([['done'], ['done']]);
  expect((await exec(WITH_PASSWORD, 'pgrep -f "sleep 740[12]"')).stdout).toBe('');
});

test('a host that does not answer is told, and the others are done', async () => {
  const away = inventory(3, (tree) => {
    (tree.hosts['node-2'] as { address: string }).address = '127.0.0.77';
  });
  const ran = await provision('exec', away, '--output', 'json', '--', 'true');
  expect(ran.code).toBe(4);
  expect(failures(ran)).toMatchObject([{ host: 'node-2' }]);
  expect(ran.stderr).toContain('ok on node-1, node-3; failed on node-2');
  const rolling = await provision('exec', away, '--output', 'json', '--rolling', '--', 'touch', '/run/begun');
  expect(rolling.code).toBe(4);
  expect(rolling.stderr).toContain('failed on node-2; not begun on node-1, node-3');
  expect((await exec('node-1', 'test -e /run/begun')).code).toBe(1);
});

test('--rolling goes from one host to the next and ends at the first that fails', async () => {
  const once = 'date +%s%N; sleep 1; date +%s%N';
  const ran = await command(['--rolling'], 'sh', '-c', once);
  const times = NODES.flatMap((node) => printed(ran, node));
  expect(times).toHaveLength(6);
  expect(times.toSorted()).toEqual(times);
  const failing = await command(['--rolling'], 'sh', '-c', 'touch /run/rolled; [ $(hostname) != node-2 ]');
  expect(failing.code).toBe(2);
  expect(failing.stderr).toContain('ok on node-1; failed on node-2; not begun on node-3');
  expect((await exec('node-3', 'test -e /run/rolled')).code).toBe(1);
});

test('Ctrl-C lets the command end and begins no other; once more ends it on the host', async () => {
  const first = inBackground(
    'exec',
    file,
    '--rolling',
    '--output',
    'json',
    '--',
    'sh',
    '-c',
    'echo up; sleep 3; echo end',
  );
  await first.saw('the first host is at it', ({ kind }) => kind === 'command-output');
  first.signal('SIGINT');
  const ended = await first.running;
  expect({ code: ended.exitCode, said: ended.stderr }).toMatchObject({
    code: 130,
    said: expect.stringContaining('ok on node-1; not begun on node-2, node-3'),
  });

  const second = inBackground('exec', file, '--output', 'json', '--', 'sh', '-c', 'echo up; exec sleep 7403');
  await until('all hosts are at it', 30, async () =>
    (await Promise.all(NODES.map((node) => exec(node, 'pgrep -fx "sleep 7403"')))).every(
      ({ code }) => code === 0,
    ),
  );
  second.signal('SIGINT');
  second.signal('SIGTERM');
  const given = await second.running;
  expect({ code: given.exitCode, said: given.stderr }).toMatchObject({
    code: 130,
    said: expect.stringContaining('interrupted on node-'),
  });
  for (const node of NODES) expect((await exec(node, 'pgrep -fx "sleep 7403"')).stdout).toBe('');
});

test('secrets are masked on the screen and in the log, also the password of sudo', async () => {
  const password = readFileSync(paths.sudoPassword, 'utf8').trim();
  const mail = 'tr0ub4dor-and-3';
  const playbook = join(folder, 'uses.ts');
  writeFileSync(
    playbook,
    `import { definePlaybook, secretName } from 'provision-swarm';
import { z } from 'zod';
export default [definePlaybook({ name: 'uses', cluster: z.strictObject({ password: secretName(), other: secretName() }), stages: [] })];
`,
  );
  const named = inventory(3, (tree) => {
    Object.assign(tree.secrets as object, {
      mail: { file: join(folder, 'mail') },
      asked: { prompt: 'Which?' },
    });
    tree.uses = { password: 'mail', other: 'asked' };
  });
  const { code, shown } = await onTerminal(
    {},
    {},
    'exec',
    named,
    '--playbook',
    playbook,
    '--',
    'echo',
    password,
    mail,
    'seen',
  );
  expect({ code, shown }).toMatchObject({ code: 0, shown: expect.stringContaining('node-1 │ *** *** seen') });
  expect(shown).toContain('Not masked in what follows, for they cannot be read here: asked');
  const state = process.env.XDG_STATE_HOME ?? `${process.env.HOME}/.local/state`;
  const logs = readdirSync(join(state, 'provision/lab')).toSorted();
  const log = readFileSync(join(state, 'provision/lab', logs.at(-1) as string), 'utf8');
  expect(log).toContain('*** *** seen');
  for (const secret of [password, mail]) expect(shown + log).not.toContain(secret);
});

test('it needs the -- before the command, and says so before it connects', async () => {
  const ran = await provision('exec', file, 'uptime');
  expect({ code: ran.code, said: ran.stderr }).toMatchObject({
    code: 3,
    said: expect.stringContaining('put -- before the command'),
  });
});

test('a run that is at work there is told, and the command runs all the same', async () => {
  const playbook = join(folder, 'slow.ts');
  writeFileSync(
    playbook,
    `import { command, definePlaybook, sh } from 'provision-swarm';
export default [definePlaybook({ name: 'slow', stages: [{ name: 'one', resources: () => [
  command({ name: 'slow', run: sh\`sleep 20; touch /run/slow\`, creates: '/run/slow' })] }] })];
`,
  );
  const plain = inventory(3);
  const run = inBackground(plain, '--playbook', playbook);
  await run.saw('a step runs', ({ kind }) => kind === 'step-started');
  const ran = await provision('exec', plain, '--output', 'json', '--', 'uptime');
  expect(ran.code).toBe(0);
  expect(ran.events.filter(({ kind }) => kind === 'finding')).toHaveLength(3);
  expect((await run.running).exitCode).toBe(0);
});
