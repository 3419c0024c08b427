import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { Secret } from '../../src/shell/index.ts';
import { connectSsh } from '../../src/transport/ssh.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-offers-'));
const file = (name: string) => join(folder, name);
const HELD = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
const socket = file('agent');
let pid = '';
let server: ssh2.Server;
let port = 0;
/** Keys that the server was offered, by their names, in the order in which it was. */
let offered: string[] = [];
let welcome = '';
/** A key that is right, and not enough. */
let half = '';

const blob = (name: string) => readFileSync(`${file(name)}.pub`, 'utf8').split(' ')[1] ?? '';

beforeAll(async () => {
  for (const name of ['host', 'lone', ...HELD])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
  const said = execFileSync('ssh-agent', ['-s', '-a', socket]).toString();
  pid = /SSH_AGENT_PID=(\d+)/.exec(said)?.[1] ?? '';
  for (const name of HELD)
    execFileSync('ssh-add', ['-q', file(name)], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    });
  const names = new Map(['lone', ...HELD].map((name) => [blob(name), name]));
  server = new ssh2.Server({ hostKeys: [readFileSync(file('host'))] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey']);
      const name = names.get(context.key.data.toString('base64')) ?? 'a stranger';
      if (name === half)
        return context.signature === undefined ? context.accept() : context.reject(['password'], true);
      if (context.signature === undefined) offered.push(name);
      return name === welcome ? context.accept() : context.reject(['publickey']);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
  execFileSync('kill', [pid]);
  rmSync(folder, { recursive: true });
});

async function offers(good: string, more: object): Promise<readonly string[]> {
  offered = [];
  welcome = good;
  await using _ = await connectSsh({
    name: 'here',
    address: '127.0.0.1',
    port,
    user: 'root',
    agent: socket,
    knownHosts: [],
    hostKeyPolicy: 'no',
    connectTimeout: 10_000,
    ...more,
  });
  return offered;
}

test('a named key that the agent holds is offered first, wherever the agent has it', async () => {
  expect(await offers('seven', { identities: [file('seven')] })).toEqual(['seven']);
});

test('of keys that ssh names, those in files alone come after those of the agent', async () => {
  expect(await offers('lone', { identities: [file('lone'), file('two')] })).toEqual([
    'two',
    ...HELD.filter((name) => name !== 'two'),
    'lone',
  ]);
});

test('what the inventory names comes before all that the agent happens to hold', async () => {
  expect(await offers('lone', { identities: [file('lone')], identitiesFirst: true })).toEqual(['lone']);
});

test('with IdentitiesOnly nothing else of the agent is offered', async () => {
  const more = { identities: [file('three'), file('lone')], identitiesOnly: true };
  expect(await offers('lone', more)).toEqual(['three', 'lone']);
});

test('a usual key that the agent holds is offered once', async () => {
  const home = mkdtempSync(join(tmpdir(), 'provision-home-'));
  mkdirSync(join(home, '.ssh'));
  for (const end of ['', '.pub'])
    copyFileSync(`${file('four')}${end}`, join(home, '.ssh', `id_ed25519${end}`));
  vi.stubEnv('HOME', home);
  await expect(offers('nobody', {})).rejects.toMatchObject({ failure: 'auth' });
  vi.unstubAllEnvs();
  expect(offered).toEqual(['four', ...HELD.filter((name) => name !== 'four')]);
});

test('a public half that is named stands for a key that only the agent has', async () => {
  const more = { identities: [`${file('five')}.pub`], identitiesOnly: true };
  expect(await offers('five', more)).toEqual(['five']);
});

/** An agent of which each connection gets what `answer` gives for it. */
async function anAgent(answer: (connection: Socket, asked: Buffer) => void): Promise<string> {
  const path = file(`agent-${Math.random()}`);
  const agent = createServer((connection) => {
    connection.on('error', () => undefined).on('data', (asked) => answer(connection, asked));
  });
  await new Promise<void>((resolve) => agent.listen(path, resolve));
  onTestFinished(() => void agent.close());
  return path;
}

test('an agent that says nothing, one that is gone and one without keys are told apart, and hold nothing up', async () => {
  const silent = await anAgent(() => undefined);
  // SSH_AGENT_FAILURE, as a locked one answers, and an empty list (draft-ietf-sshm-ssh-agent, 3.5).
  const locked = await anAgent((connection) => connection.write(Buffer.from([0, 0, 0, 1, 5])));
  const empty = await anAgent((connection) => connection.write(Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0])));
  const said: Readonly<Record<string, RegExp>> = {
    [silent]: /; the agent at \S+ does not answer$/,
    [file('nowhere')]: /; the agent at \S+ does not answer$/,
    [locked]: /; the agent at \S+ shows no key that can be used here; it may be empty or locked$/,
    [empty]: /it may be empty or locked$/,
  };
  for (const [agent, message] of Object.entries(said))
    await expect(offers('nobody', { agent, identities: [file('lone')] })).rejects.toMatchObject({
      failure: 'auth',
      message: expect.stringMatching(message),
    });
});

test('a key that the agent does not sign with is passed over, as ssh does it, and told where no other is taken', async () => {
  // The list of the real one; whatever else is asked fails.
  const refusing = await anAgent((connection, asked) => {
    if (asked[4] !== 11) return connection.write(Buffer.from([0, 0, 0, 1, 5]));
    const real = connect(socket, () => real.write(asked));
    real.on('data', (answer) => connection.write(answer) && real.end());
  });
  expect(await offers('lone', { agent: refusing, identities: [file('lone')] })).toContain('lone');
  await expect(offers('one', { agent: refusing, identities: [] })).rejects.toMatchObject({
    message: expect.stringMatching(/holds a key that the server takes, and did not sign with it$/),
  });
});

test('what the server takes is said; and where a key is right and not enough, what it wants more', async () => {
  const more = { agent: undefined, identities: [file('lone')] };
  await expect(offers('nobody', more)).rejects.toMatchObject({
    message: expect.stringMatching(/^root cannot log in at .*; it accepts publickey; tried \S+lone$/),
    fix: [
      expect.stringMatching(/^from its console, or by another login/),
      expect.stringMatching(/journalctl/),
    ],
  });
  half = 'lone';
  onTestFinished(() => {
    half = '';
  });
  await expect(offers('nobody', more)).rejects.toMatchObject({
    message: expect.stringMatching(/accepts what root offers \(\S+lone\), but requires more: password/),
    fix: [expect.stringMatching(/`ssh\.password`/)],
  });
});

test('the same of a key in an agent, of which ssh2 says nothing, wherever it is among the others', async () => {
  onTestFinished(() => {
    half = '';
  });
  for (half of ['one', 'seven'])
    await expect(offers('nobody', { agent: socket, identities: [] })).rejects.toMatchObject({
      message: expect.stringMatching(/accepts what root offers \(the agent\), but requires more: password/),
      fix: [expect.stringMatching(/`ssh\.password`/)],
    });
});

test('a password that is wrong after a right key is not taken for one that was not offered', async () => {
  half = 'one';
  onTestFinished(() => {
    half = '';
  });
  const password = new Secret('wrong');
  await expect(offers('nobody', { agent: socket, identities: [], password })).rejects.toMatchObject({
    message: expect.stringMatching(/^root cannot log in at .*; tried the agent, a password/),
  });
});
