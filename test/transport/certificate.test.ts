import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { beside, certificateBeside, outOfDate, readCertificate } from '../../src/transport/certificate.ts';
import { readPublic } from '../../src/transport/public-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-certificate-'));
const keygen = (...options: readonly string[]) =>
  execFileSync('ssh-keygen', ['-q', ...options], { stdio: 'ignore' });
const file = (name: string) => join(folder, name);
keygen('-t', 'ed25519', '-N', '', '-f', file('authority'));

/** A key of this type whose certificate says so. */
function certified(name: string, type: string, ...says: readonly string[]): string {
  keygen('-t', type, '-N', '', '-f', file(name));
  keygen('-s', file('authority'), '-I', `id of ${name}`, ...says, `${file(name)}.pub`);
  return file(name);
}

test.each([
  ['ed25519', 'ssh-ed25519-cert-v01@openssh.com'],
  ['ecdsa', 'ecdsa-sha2-nistp256-cert-v01@openssh.com'],
  ['rsa', 'rsa-sha2-512-cert-v01@openssh.com'],
])('a certificate of a key of %s is read as the authority has signed it', async (type, algorithm) => {
  const path = certified(type, type, '-n', 'root', '-V', '20300101000000Z:20310101000000Z');
  const certificate = await certificateBeside(path);
  expect(certificate).toMatchObject({
    id: `id of ${type}`,
    algorithm,
    key: await readPublic(`${path}.pub`),
    from: BigInt(Date.UTC(2030, 0) / 1000),
    until: BigInt(Date.UTC(2031, 0) / 1000),
  });
});

test('one of a host, one that is cut off, and what is none are no certificates of a login', async () => {
  const blob = await readPublic(beside(certified('host', 'ed25519', '-h', '-n', 'mail-1')));
  const user = await readPublic(beside(certified('cut', 'ed25519', '-n', 'root')));
  if (blob === undefined || user === undefined) throw new Error('ssh-keygen has written none');
  expect(readCertificate(blob)).toBeUndefined();
  expect(readCertificate(user)).toBeDefined();
  expect(readCertificate(user.subarray(0, 100))).toBeUndefined();
  expect(readCertificate((await readPublic(`${file('cut')}.pub`)) ?? user)).toBeUndefined();
  expect(await certificateBeside(file('none'))).toBeUndefined();
});

test.each([
  [99, 'is not valid before 1970-01-01 00:01 UTC'],
  [100, undefined],
  [199, undefined],
  [200, 'expired at 1970-01-01 00:03 UTC'],
])('one that is valid from second 100 and no longer at 200, at %i: %s', (second, words) => {
  const certificate = { from: 100n, until: 200n } as Parameters<typeof outOfDate>[0];
  expect(outOfDate(certificate, new Date(second * 1000))).toBe(words);
});

test('one that is valid for ever has no date at which it ends', () => {
  const ever = { from: 0n, until: 2n ** 64n - 1n } as Parameters<typeof outOfDate>[0];
  expect(outOfDate(ever, new Date())).toBeUndefined();
  const never = { from: 2n ** 62n, until: 2n ** 63n } as Parameters<typeof outOfDate>[0];
  expect(outOfDate(never, new Date())).toBe(`is not valid before ${2n ** 62n} seconds after 1970 began`);
});
