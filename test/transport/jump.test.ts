import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TransportError } from '../../src/errors/index.ts';
import { Secret, sh } from '../../src/shell/index.ts';
import { connectSsh, type SshTarget } from '../../src/transport/ssh.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-jump-'));
const file = (name: string) => join(folder, name);
const PASSWORD = 'open sesame';

interface TestServer {
  readonly name: string;
  readonly port: number;
  readonly close: () => void;
  /** Users that have logged in, and how. */
  readonly seen: string[];
}
const servers: TestServer[] = [];

/** An sshd that runs nothing but answers, forwards, and takes a key or a password. */
async function start(name: string): Promise<TestServer> {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
  const seen: string[] = [];
  const server = new ssh2.Server({ hostKeys: [readFileSync(file(name))] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      const good =
        (context.method === 'publickey' && context.username !== 'insists') ||
        (context.method === 'password' && context.password === PASSWORD);
      if (good && (context.method !== 'publickey' || context.signature !== undefined))
        seen.push(`${context.username} by ${context.method}`);
      return good ? context.accept() : context.reject(['publickey', 'password']);
    });
    client.on('ready', () => {
      client.on('tcpip', (accept, _reject, { destIP, destPort }) => {
        const onward = connect(destPort, destIP);
        const channel = accept();
        channel.on('error', () => undefined);
        onward.on('error', () => channel.end());
        channel.pipe(onward).pipe(channel);
      });
      client.on('session', (accept) => {
        accept().on('exec', (acceptExec) => {
          const channel = acceptExec();
          channel.write(`${name}\n`);
          channel.exit(0);
          channel.end();
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const started = { name, port: (server.address() as AddressInfo).port, close: () => server.close(), seen };
  servers.push(started);
  return started;
}

let hop: TestServer;
let inner: TestServer;
let last: TestServer;
beforeAll(async () => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('login')]);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'phrase', '-f', file('locked')]);
  [hop, inner, last] = (await Promise.all(['hop', 'inner', 'last'].map(start))) as [
    TestServer,
    TestServer,
    TestServer,
  ];
});
afterAll(() => {
  for (const { close } of servers) close();
});

const knownHosts = (name: string, entries: readonly (readonly [string, TestServer])[]) => {
  const lines = entries.map(
    ([known, { port }]) =>
      `[127.0.0.1]:${port} ${readFileSync(`${file(known)}.pub`, 'utf8')
        .split(' ')
        .slice(0, 2)
        .join(' ')}\n`,
  );
  writeFileSync(file(name), lines.join(''));
  return file(name);
};
const target = ({ name, port }: TestServer, known: string, more: Partial<SshTarget> = {}): SshTarget => ({
  name: `the host ${name}`,
  address: '127.0.0.1',
  port,
  user: 'deploy',
  identities: [file('login')],
  knownHosts: [known],
  hostKeyPolicy: 'yes',
  connectTimeout: 5000,
  ...more,
});

test('two jumps, the key of each checked', async () => {
  const known = knownHosts('all', [
    ['hop', hop],
    ['inner', inner],
    ['last', last],
  ]);
  await using transport = await connectSsh(target(last, known), {
    jumps: [target(hop, known), target(inner, known)],
  });
  expect((await transport.run(sh`true`)).stdout).toBe('last\n');
  expect([hop.seen.at(-1), inner.seen.at(-1), last.seen.at(-1)]).toEqual(
    Array(3).fill('deploy by publickey'),
  );
});

test('another key on the way, or an unknown one, is refused and named, and nothing behind it is asked', async () => {
  const changed = knownHosts('changed', [
    ['last', hop],
    ['last', last],
  ]);
  const before = last.seen.length;
  await expect(connectSsh(target(last, changed), { jumps: [target(hop, changed)] })).rejects.toMatchObject({
    failure: 'host-key-changed',
    message: expect.stringMatching(/^the host hop: its host key changed/),
  });
  const unknown = knownHosts('unknown', [['hop', hop]]);
  await expect(connectSsh(target(last, unknown), { jumps: [target(hop, unknown)] })).rejects.toMatchObject({
    failure: 'host-key-unknown',
    message: expect.stringMatching(/^its host key/),
  });
  expect(last.seen.length).toBe(before);
});

test('a key is opened with its passphrase; a wrong one and none are told', async () => {
  const known = knownHosts('one', [['last', last]]);
  const locked = target(last, known, { identities: [file('locked')] });
  const passphrases = (text: string) => new Map([[file('locked'), new Secret(text)]]);
  await using transport = await connectSsh(locked, { passphrases: passphrases('phrase') });
  expect((await transport.run(sh`true`)).code).toBe(0);
  await expect(connectSsh(locked, { passphrases: passphrases('other') })).rejects.toMatchObject({
    failure: 'key-file',
    message: expect.stringContaining('is another'),
  });
  await expect(connectSsh(locked)).rejects.toMatchObject({
    message: expect.stringContaining('has a passphrase'),
  });
});

test('a password is tried where no key is taken', async () => {
  const known = knownHosts('two', [['last', last]]);
  const insists = (password: string) =>
    target(last, known, { user: 'insists', password: new Secret(password) });
  await using _ = await connectSsh(insists(PASSWORD));
  expect(last.seen.at(-1)).toBe('insists by password');
  const refused = await connectSsh(insists('wrong word')).catch((error: Error) => error);
  expect(refused).toMatchObject({ failure: 'auth', message: expect.stringContaining('a password') });
  expect(String(refused)).not.toContain('wrong word');
});

test('a key may be known by another name than the address', async () => {
  const alias = file('alias');
  writeFileSync(
    alias,
    `the-cluster ${readFileSync(`${file('last')}.pub`, 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')}\n`,
  );
  await using _ = await connectSsh(target(last, alias, { keyName: { address: 'the-cluster', port: 22 } }));
});

test('where no key is taken, the fix brings over the named key, through the same jumps', async () => {
  const known = knownHosts('three', [
    ['hop', hop],
    ['inner', inner],
    ['last', last],
  ]);
  const refusedAt = async (refusing: TestServer, jumps: readonly TestServer[]) => {
    const end = target(refusing, known, { user: 'insists', identitiesFirst: true });
    const error = await connectSsh(end, { jumps: jumps.map((one) => target(one, known)) }).catch(
      (refused: TransportError) => refused,
    );
    return (error as TransportError).fix[0];
  };
  const at = ({ port }: TestServer) => `deploy@127.0.0.1:${port}`;
  expect(await refusedAt(last, [])).toBe(`ssh-copy-id -i ${file('login')} -p ${last.port} insists@127.0.0.1`);
  expect(await refusedAt(last, [hop, inner])).toBe(
    `ssh-copy-id -i ${file('login')} -p ${last.port} -o 'ProxyJump=${at(hop)},${at(inner)}' insists@127.0.0.1`,
  );
  const stuck = await connectSsh(target(last, known), {
    jumps: [target(hop, known), target(inner, known, { user: 'insists', identitiesFirst: true })],
  }).catch((refused: TransportError) => refused);
  expect(stuck).toMatchObject({
    message: expect.stringMatching(/^the host inner: /),
    fix: expect.arrayContaining([
      `ssh-copy-id -i ${file('login')} -p ${inner.port} -o 'ProxyJump=${at(hop)}' insists@127.0.0.1`,
    ]),
  });
});
