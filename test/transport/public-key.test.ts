import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isOfToken, readPublic, textOf, typeOf } from '../../src/transport/public-key.ts';
import { wireString } from '../../src/transport/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-public-'));
execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'me at home', '-f', join(folder, 'key')]);
const line = readFileSync(join(folder, 'key.pub'), 'utf8').trim();
const half = line.split(' ').slice(0, 2).join(' ');

async function read(text: string): Promise<string | undefined> {
  const file = join(folder, 'read.pub');
  writeFileSync(file, text);
  const blob = await readPublic(file);
  return blob && textOf(blob);
}

test('the public half of a key is read as ssh-keygen writes it, whatever stands around it', async () => {
  expect(await read(`${line}\n`)).toBe(half);
  expect(await read(`# mine\n\n  ${half}\n`)).toBe(half);
});

test.each([
  ['no file', undefined],
  ['nothing', ''],
  ['a comment', '# ssh-ed25519\n'],
  ['a type without a key', 'ssh-ed25519\n'],
  ['another type than its key has', half.replace('ssh-ed25519', 'ssh-rsa')],
  ['what is no key', 'ssh-ed25519 AAAA'],
])('%s is no public half', async (_, text) => {
  if (text === undefined) expect(await readPublic(join(folder, 'none'))).toBeUndefined();
  else expect(await read(text)).toBeUndefined();
});

test.each([
  ['sk-ssh-ed25519@openssh.com', true],
  ['sk-ecdsa-sha2-nistp256@openssh.com', true],
  ['ssh-ed25519', false],
])('a key of %s is on a token: %s', (type, ofToken) => {
  expect(isOfToken(wireString(Buffer.from(type)))).toBe(ofToken);
});

test('what is cut off has no type', () => {
  expect([typeOf(Buffer.alloc(0)), typeOf(Buffer.from([0, 0, 0, 9, 1]))]).toEqual(['', '']);
});
