import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type ServerChannel } from 'ssh2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sh } from '../../src/shell/index.ts';
import { connectSsh } from '../../src/transport/ssh.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-ssh-exec-'));
const file = (name: string) => join(folder, name);

/** What an sshd does with the next command. */
let answer: (channel: ServerChannel) => void = () => undefined;
/** Sessions that it does not allow before that. */
let refused = 0;
const server = (() => {
  for (const name of ['host', 'login'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
  return new ssh2.Server({ hostKeys: [readFileSync(file('host'))] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) =>
      context.method === 'publickey' ? context.accept() : context.reject(['publickey']),
    );
    client.on('ready', () =>
      client.on('session', (accept, reject) =>
        refused-- > 0 ? reject() : accept().on('exec', (acceptExec) => answer(acceptExec())),
      ),
    );
  });
})();
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve())));
afterAll(() => void server.close());

async function run(how: typeof answer, refuses = 0) {
  answer = how;
  refused = refuses;
  await using transport = await connectSsh({
    name: 'a',
    address: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    user: 'root',
    identities: [file('login')],
    knownHosts: [file('known_hosts')],
    hostKeyPolicy: 'no',
    connectTimeout: 10_000,
  });
  const begin = Date.now();
  const result = await transport.run(sh`true`, { timeout: 20_000 });
  return { result, seconds: (Date.now() - begin) / 1000 };
}

test('a session that something else keeps open ends after seconds', async () => {
  const { result, seconds } = await run((channel) => {
    channel.write('done\n');
    channel.exit(3);
  });
  expect(result).toEqual({ code: 3, stdout: 'done\n', stderr: '', heldOpen: true });
  expect(seconds).toBeLessThan(5);
});

test('what comes after the end of the command is not lost, however slowly it comes', async () => {
  const { result } = await run((channel) => {
    channel.exit(0);
    let sent = 0;
    const more = setInterval(() => {
      channel.write(`${++sent}\n`);
      channel.stderr.write('e');
      if (sent < 4) return;
      clearInterval(more);
      channel.end();
    }, 1000);
  });
  expect(result).toEqual({ code: 0, stdout: '1\n2\n3\n4\n', stderr: 'eeee' });
});

test('one that ends at once is not waited for', async () => {
  const { result, seconds } = await run((channel) => {
    channel.exit(0);
    channel.end();
  });
  expect(result.code).toBe(0);
  expect(seconds).toBeLessThan(1.5);
});

test('what a signal ends says so after its own words', async () => {
  const { result } = await run((channel) => {
    channel.stderr.write('before\n');
    channel.exit('KILL');
    channel.end();
  });
  expect(result).toEqual({ code: 128, stdout: '', stderr: 'before\nkilled by SIGKILL\n' });
});

test('a command of which nobody says how it ended is a connection that was lost', async () => {
  await expect(run((channel) => channel.close())).rejects.toMatchObject({
    failure: 'lost',
    message: expect.stringMatching(/^the connection was lost/),
    fix: [expect.stringMatching(/^run again/)],
  });
});

test('a session that counts for a moment longer is waited for; one that is never allowed is told', async () => {
  const ends = (channel: ServerChannel) => {
    channel.exit(0);
    channel.end();
  };
  expect((await run(ends, 1)).result.code).toBe(0);
  await expect(run(ends, 100)).rejects.toMatchObject({
    failure: 'no-session',
    fix: [expect.stringContaining('MaxSessions')],
  });
});
