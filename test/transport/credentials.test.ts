import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'ssh2';
import { expect, test } from 'vitest';
import { Secret } from '../../src/shell/index.ts';
import { beside } from '../../src/transport/certificate.ts';
import { type Account, credentialsOf } from '../../src/transport/credentials.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-credentials-'));
const file = (name: string) => join(folder, name);
const keygen = (...options: readonly string[]) =>
  execFileSync('ssh-keygen', ['-q', ...options], { stdio: 'ignore' });
for (const name of ['authority', 'one', 'two', 'signed', 'other'])
  keygen('-t', 'ed25519', '-N', '', '-f', file(name));
for (const name of ['signed', 'other'])
  keygen('-s', file('authority'), '-I', `id of ${name}`, '-n', 'root', `${file(name)}.pub`);

/** A connection whose insides are as a certificate needs them. */
const write = { allocStart: 0, alloc: Buffer.alloc, finalize: (packet: Buffer) => packet };
const client = { _protocol: { _packetRW: { write } } } as unknown as Client;

/** What is offered, by name and by way. */
async function offered(account: Omit<Account, 'user'>) {
  const { ways, offered: names, certificates } = await credentialsOf({ user: 'ops', ...account }, new Map());
  const methods = ways.map((way) => way(client));
  for (const method of methods) expect(method).toMatchObject({ username: 'ops' });
  return {
    names: names.map((name) => name.replace(`${folder}/`, '')),
    types: methods.map((method) => (method as { type: string }).type),
    certificates: certificates.map(({ name }) => name.replace(`${folder}/`, '')),
  };
}

test('a login begins without anything, which tells what the server takes, and goes on with the keys in their order', async () => {
  expect(await offered({ identities: [file('two'), file('one')] })).toEqual({
    names: ['two', 'one'],
    types: ['none', 'publickey', 'publickey'],
    certificates: [],
  });
});

test('a key that is named twice is offered once', async () => {
  expect((await offered({ identities: [file('one'), file('one')] })).names).toEqual(['one']);
});

test('each key comes before the certificate that stands beside it', async () => {
  expect(await offered({ identities: [file('signed'), file('one')] })).toEqual({
    names: ['signed', 'signed-cert.pub', 'one'],
    types: ['none', 'publickey', 'agent', 'publickey'],
    certificates: ['the certificate signed-cert.pub'],
  });
});

test('certificates that are named come first, instead of those beside the keys, and only where somebody has their key', async () => {
  const account = { identities: [file('one'), file('signed')], certificates: [beside(file('signed'))] };
  expect((await offered(account)).names).toEqual(['signed-cert.pub', 'one', 'signed']);
  const without = { identities: [file('one')], certificates: [beside(file('other')), file('nowhere')] };
  expect(await offered(without)).toEqual({ names: ['one'], types: ['none', 'publickey'], certificates: [] });
});

test('a password comes last, in both ways in which a server may ask for it', async () => {
  const account = { identities: [file('one')], password: new Secret('open sesame') };
  expect(await offered(account)).toEqual({
    names: ['one', 'a password'],
    types: ['none', 'publickey', 'password', 'keyboard-interactive'],
    certificates: [],
  });
  const { ways } = await credentialsOf({ user: 'ops', ...account }, new Map());
  const [plain, asked] = ways.slice(-2).map((way) => way(client)) as unknown as [
    { password: string },
    { prompt: (...all: unknown[]) => void },
  ];
  expect(plain.password).toBe('open sesame');
  let answers: readonly string[] = [];
  asked.prompt('', '', '', [{}, {}], (given: readonly string[]) => {
    answers = given;
  });
  expect(answers).toEqual(['open sesame', 'open sesame']);
});
