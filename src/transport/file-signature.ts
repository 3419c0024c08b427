import { sign } from 'node:crypto';
import type { ParsedKey } from 'ssh2';
import { signatureOf } from './signatures.ts';
import { wireString } from './wire.ts';

/** RFC 8709, RFC 8332, RFC 5656 (6.2.1). */
const HASHES: Readonly<Record<string, string | null>> = {
  'ssh-ed25519': null,
  'ssh-rsa': 'sha512',
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
};

/** A signature (RFC 4253, 6.6) by a private key that is open. */
export function signedWith(key: ParsedKey, data: Buffer): Buffer {
  const made = sign(HASHES[key.type], data, { key: key.getPrivatePEM(), dsaEncoding: 'ieee-p1363' });
  const value = key.type.startsWith('ecdsa-') ? pair(made) : made;
  return Buffer.concat([wireString(signatureOf(key.type)), wireString(value)]);
}

/** The two numbers of ECDSA (RFC 5656, 3.1.2), which come side by side and equally long. */
function pair(numbers: Buffer): Buffer {
  const half = numbers.length / 2;
  return Buffer.concat([numbers.subarray(0, half), numbers.subarray(half)].map(positive).map(wireString));
}

/** A number of the protocol (RFC 4251, 5, mpint): without zeros in front but one that says that it is not below zero. */
function positive(number: Buffer): Buffer {
  const begin = number.findIndex((byte) => byte !== 0);
  const bare = number.subarray(begin === -1 ? number.length : begin);
  return (bare[0] ?? 0) < 0x80 ? bare : Buffer.concat([Buffer.of(0), bare]);
}
