import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Algorithms } from 'ssh2';
import { expect, test } from 'vitest';
import { connectSsh } from '../../src/transport/ssh.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-algorithms-'));
const file = (name: string) => join(folder, name);
for (const name of ['host', 'login'])
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);

/** What is said of a server that offers only these. */
async function told(algorithms: Algorithms) {
  const server = new ssh2.Server({ hostKeys: [readFileSync(file('host'))], algorithms }, (client) => {
    client.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const error = await connectSsh({
    name: 'here',
    address: '127.0.0.1',
    port,
    user: 'root',
    identities: [file('login')],
    knownHosts: [file('known')],
    hostKeyPolicy: 'no',
    connectTimeout: 10_000,
  }).catch((thrown: Error & { fix: readonly string[] }) => thrown);
  server.close();
  if (!(error instanceof Error)) throw new Error('it was let in');
  return { ...error, message: error.message.replace(String(port), 'PORT') };
}

test.each<[string, Algorithms, string, string, string]>([
  [
    'key exchange',
    { kex: ['diffie-hellman-group1-sha1'] },
    'diffie-hellman-group1-sha1',
    'curve25519-sha256',
    'KexAlgorithms',
  ],
  ['cipher', { cipher: ['aes128-cbc'] }, 'aes128-cbc', 'aes', 'Ciphers'],
  ['message authentication', { cipher: ['aes128-ctr'], hmac: ['hmac-md5'] }, 'hmac-md5', 'hmac-sha2', 'MACs'],
])(
  'no %s in common: both sides are told, and the setting that mends it',
  async (name, only, theirs, ours, setting) => {
    const { message, fix, ...error } = await told(only);
    expect(error).toMatchObject({ failure: 'algorithms', exit: 4 });
    expect(message).toMatch(
      new RegExp(
        `^127\\.0\\.0\\.1, port PORT and this machine have no ${name} in common\\. It offers ${theirs}; here there are .*${ours}`,
      ),
    );
    expect(message).not.toContain('kex-strict');
    expect(fix).toEqual([expect.stringMatching(new RegExp(`: ${setting} \\+[\\w@.-]+ in its sshd_config$`))]);
  },
);
