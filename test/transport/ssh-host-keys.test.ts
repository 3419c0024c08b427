import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KnownKeys } from '../../src/transport/known-hosts.ts';
import { connectSsh } from '../../src/transport/ssh.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-host-keys-'));
const keyFile = (name: string) => join(folder, name);
const publicKey = (name: string) =>
  readFileSync(`${keyFile(name)}.pub`, 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');

let server: ssh2.Server;
let port = 0;

/** A server with a host key of each type. */
beforeAll(async () => {
  for (const type of ['ed25519', 'ecdsa', 'rsa'])
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', keyFile(type)]);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile('login')]);
  server = new ssh2.Server(
    { hostKeys: ['ed25519', 'ecdsa', 'rsa'].map((type) => readFileSync(keyFile(type))) },
    (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) =>
        context.method === 'publickey' ? context.accept() : context.reject(['publickey']),
      );
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
});

async function connect(...lines: readonly string[]): Promise<void> {
  const knownHosts = keyFile('known_hosts');
  writeFileSync(knownHosts, lines.map((line) => `[127.0.0.1]:${port} ${line}\n`).join(''));
  await using _ = await connectSsh({
    name: 'here',
    address: '127.0.0.1',
    port,
    user: 'root',
    identities: [keyFile('login')],
    knownHosts: [knownHosts],
    hostKeyPolicy: 'yes',
    connectTimeout: 10_000,
  });
}

describe('a host with keys of several types', () => {
  test.each(['ed25519', 'ecdsa', 'rsa'])('shows its %s key where that is the one we know', async (type) => {
    await connect(publicKey(type));
  });

  test('may have a known key of a type that we cannot check', async () => {
    await connect(publicKey('ed25519'), 'sk-ssh-ed25519@openssh.com AAAA');
  });

  test('is refused where the key of the known type is another', async () => {
    await expect(connect(publicKey('login'))).rejects.toMatchObject({ failure: 'host-key-changed' });
  });
});

test('a hashed name is found whatever its letter case in the inventory', () => {
  const file = keyFile('hashed');
  writeFileSync(file, `mail-1 ${publicKey('ed25519')}\n`);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
  const other = Buffer.from(publicKey('rsa').split(' ')[1] ?? '', 'base64');
  expect(new KnownKeys(readFileSync(file, 'utf8'), 'Mail-1', 22).judge(other).kind).toBe('changed');
});

test('a connection that is being made is given up when its signal says so', async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const reason = new Error('enough');
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 100);
  const begin = Date.now();
  const target = {
    name: 'silent',
    address: '127.0.0.1',
    port: (silent.address() as AddressInfo).port,
    user: 'root',
    identities: [keyFile('login')],
    knownHosts: [keyFile('none')],
    hostKeyPolicy: 'yes' as const,
    connectTimeout: 10_000,
  };
  await expect(connectSsh(target, { signal: controller.signal })).rejects.toBe(reason);
  expect(Date.now() - begin).toBeLessThan(3000);
  silent.close();
});
