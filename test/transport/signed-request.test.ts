import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Client } from 'ssh2';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { TransportError } from '../../src/errors/index.ts';
import { beside } from '../../src/transport/certificate.ts';
import { offeredTo } from '../../src/transport/signed-request.ts';
import { connectSsh, type SshTarget } from '../../src/transport/ssh.ts';
import { WireReader } from '../../src/transport/wire.ts';
import { agentWith } from './agents.ts';
import { type StrictServer, strictServer, type Taken } from './strict-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-signed-'));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

function made(name: string, type = 'ed25519', bits = ''): string {
  const size = bits === '' ? [] : ['-b', bits];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...size, '-N', '', '-f', file(name)]);
  return file(name);
}
function certified(path: string, ...words: readonly string[]): string {
  const all = ['-q', '-s', file('ca'), '-I', 'of a test', '-n', 'root', ...words, `${path}.pub`];
  execFileSync('ssh-keygen', all, { env: { ...process.env, TZ: 'UTC' } });
  return path;
}
const blobIn = (path: string) => Buffer.from(readFileSync(path, 'utf8').split(' ')[1] ?? '', 'base64');

made('ca');
made('host');

const connect = ({ port }: StrictServer, more: Partial<SshTarget>) => {
  const target = { name: 'here', address: '127.0.0.1', port, user: 'root', identities: [] };
  const usual = { knownHosts: [], hostKeyPolicy: 'no', connectTimeout: 20_000 } as const;
  return connectSsh({ ...target, ...usual, ...more });
};

/** A key that is known by its certificate alone. */
function byCertificate(path: string, signature: string, hash: string | null, algorithm = signature): Taken {
  const plain = ssh2.utils.parseKey(readFileSync(`${path}.pub`));
  if (plain instanceof Error) throw plain;
  return {
    algorithm: `${algorithm}-cert-v01@openssh.com`,
    blob: blobIn(beside(path)),
    signature,
    hash,
    key: plain.getPublicPEM(),
  };
}

// ssh2 names one algorithm twice. If another version does it otherwise, or sends another way, this is where it shows.
describe('a request names the algorithm of the certificate, and the signature in it that of the key', () => {
  test.each([
    ['ed25519', '', 'ssh-ed25519', null],
    ['rsa', '2048', 'rsa-sha2-512', 'sha512'],
    ['ecdsa', '256', 'ecdsa-sha2-nistp256', 'sha256'],
    ['ecdsa', '384', 'ecdsa-sha2-nistp384', 'sha384'],
    ['ecdsa', '521', 'ecdsa-sha2-nistp521', 'sha512'],
  ])('%s %s', async (type, bits, signature, hash) => {
    const path = certified(made(`${type}${bits}`, type, bits));
    using server = await strictServer(file('host'), [byCertificate(path, signature, hash)]);
    // Numbers of ECDSA are shorter at times.
    for (let times = 0; times < 5; times++) {
      await using _ = await connect(server, { identities: [path] });
    }
    expect(server.offered).toHaveLength(10);
  });
});

test('where ssh2 is another inside, no certificate is offered', async () => {
  const offered = await offeredTo({ algorithm: 'x', blob: Buffer.of(), sign: async (data) => data });
  expect(offered({} as Client)).toBeUndefined();
  expect(
    offered({ _protocol: { _packetRW: { write: { alloc() {} } } } } as unknown as Client),
  ).toBeUndefined();
});

test('where ssh2 does not take what it has not parsed, plain keys are offered', async () => {
  const path = certified(made('fallback'));
  const { parseKey } = ssh2.utils;
  const mocked = vi
    .spyOn(ssh2.utils, 'parseKey')
    .mockImplementation((data, phrase) =>
      Buffer.isBuffer(data) ? parseKey(data, phrase) : new Error('no key'),
    );
  using server = await strictServer(file('host'));
  await expect(connect(server, { identities: [path] })).rejects.toMatchObject({ failure: 'auth' });
  mocked.mockRestore();
  expect(server.offered).toEqual(['ssh-ed25519']);
});

test('a packet that is not the one that was signed goes out as it is', async () => {
  const sent: string[] = [];
  const write = { allocStart: 0, alloc: Buffer.alloc, finalize: (packet: Buffer) => packet };
  const client = { _protocol: { _packetRW: { write } } } as unknown as Client;
  const data = Buffer.from('\0\0\0\x02idrequest');
  const offered = await offeredTo({
    algorithm: 'x',
    blob: Buffer.of(),
    sign: async () => Buffer.from('signed'),
  });
  const agent = offered(client);
  for (const packet of ['request, as ssh2 has it', 'another'])
    await new Promise<void>((resolve) =>
      agent?.sign('', data, {}, () => {
        sent.push(write.finalize(Buffer.from(packet)).toString());
        resolve();
      }),
    );
  expect(sent).toEqual(['request\0\0\0\x06signed', 'another']);
});

test('a connection that has gone while a key signs is told so, and not waited for', async () => {
  const write = { allocStart: 0, alloc: Buffer.alloc, finalize: (packet: Buffer) => packet };
  const client = { _protocol: { _packetRW: { write } } } as unknown as Client & { _protocol?: unknown };
  const offered = await offeredTo({
    algorithm: 'x',
    blob: Buffer.of(),
    sign: async () => {
      client._protocol = undefined;
      return Buffer.from('signed');
    },
  });
  const agent = offered(client);
  await new Promise<void>((resolve) =>
    agent?.sign('', Buffer.from('\0\0\0\x02idrequest'), {}, () => resolve()),
  );
});

describe('what is no certificate for the key of a user is not offered', () => {
  test.each([
    ['one of a host', (path: string) => certified(path, '-h')],
    [
      'one of another key',
      (path: string) => {
        copyFileSync(beside(certified(made('other'))), beside(path));
        return path;
      },
    ],
    [
      'another text',
      (path: string) => {
        writeFileSync(
          beside(path),
          'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAA\n',
        );
        return path;
      },
    ],
  ])('%s', async (title, put) => {
    const path = put(made(title.replaceAll(' ', '-')));
    using server = await strictServer(file('host'));
    await expect(connect(server, { identities: [path] })).rejects.toMatchObject({ failure: 'auth' });
    expect(server.offered).toEqual(['ssh-ed25519']);
  });
});

describe('a certificate out of its time is offered, and told where nobody is let in', () => {
  const told = async (...words: readonly string[]) => {
    const path = certified(made(`told${words[1]}`), ...words);
    using server = await strictServer(file('host'));
    const error = await connect(server, { identities: [path] }).catch((thrown: TransportError) => thrown);
    expect(server.offered).toEqual(['ssh-ed25519', 'ssh-ed25519-cert-v01@openssh.com']);
    const { message, fix } = error as TransportError;
    return { message: message.replaceAll(path, 'KEY').replace(String(server.port), 'PORT'), fix };
  };
  const fix = [
    'have the authority sign the key again, and replace the certificate; if it should be valid now, check the clock of this machine',
  ];

  test('it has expired', async () => {
    expect(await told('-V', '20260101000000:20260102030405')).toEqual({
      message:
        'root cannot log in at 127.0.0.1, port PORT; it accepts publickey; tried KEY, KEY-cert.pub; the certificate KEY-cert.pub expired at 2026-01-02 03:04 UTC',
      fix,
    });
  });

  test('it is not valid yet', async () => {
    expect((await told('-V', '20990101000000:20990102000000')).message).toMatch(
      /; the certificate KEY-cert\.pub is not valid before 2099-01-01 00:00 UTC$/,
    );
  });

  test('one that is valid is not told of', async () => {
    const path = certified(made('valid'), '-V', '-1h:+1h');
    using server = await strictServer(file('host'));
    await expect(connect(server, { identities: [path] })).rejects.toThrow(/tried \S+, \S+-cert\.pub$/);
  });
});

test('where the agent does not sign, what comes next is tried', async () => {
  const [held, own] = [certified(made('held')), certified(made('own'))];
  const blob = blobIn(beside(held));
  using _ = await agentWith(file('refusing'), [blob], () => {
    throw new Error('nobody has confirmed it');
  });
  using server = await strictServer(file('host'), [
    byCertificate(held, 'ssh-ed25519', null),
    byCertificate(own, 'ssh-ed25519', null),
  ]);
  await using __ = await connect(server, { identities: [own], agent: file('refusing') });
  expect(server.offered).toEqual([
    'ssh-ed25519-cert-v01@openssh.com',
    'ssh-ed25519',
    'ssh-ed25519-cert-v01@openssh.com',
  ]);
  expect(new WireReader(blob).string().toString()).toBe(server.offered[0]);
});
