import { generateKeyPairSync, verify } from 'node:crypto';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { signedWith } from '../../src/transport/file-signature.ts';
import { WireReader } from '../../src/transport/wire.ts';

const SIGNATURES = 2000;
const data = Buffer.from('what the server has to see');

const parsed = (pem: string) => {
  const key = ssh2.utils.parseKey(pem);
  if (key instanceof Error || Array.isArray(key)) throw new Error(`no key: ${key}`);
  return key;
};

/** A number of the protocol as it is without its sign, at a length. */
function unsigned(number: Buffer, length: number): Buffer {
  const bare = number[0] === 0 ? number.subarray(1) : number;
  return Buffer.concat([Buffer.alloc(length - bare.length), bare]);
}

test.each([
  ['P-256', 'sha256', 32],
  ['P-384', 'sha384', 48],
  ['P-521', 'sha512', 66],
] as const)('a signature by a key of %s is one that OpenSSL takes', (namedCurve, hash, length) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const signature = new WireReader(
    signedWith(parsed(privateKey.export({ type: 'sec1', format: 'pem' }) as string), data),
  );
  expect(signature.string().toString()).toBe(`ecdsa-sha2-nist${namedCurve.replace('-', '').toLowerCase()}`);
  const numbers = new WireReader(signature.string());
  const pair = Buffer.concat([unsigned(numbers.string(), length), unsigned(numbers.string(), length)]);
  expect(verify(hash, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, pair)).toBe(true);
});

test('an RSA key signs with SHA-512', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signature = new WireReader(
    signedWith(parsed(privateKey.export({ type: 'pkcs1', format: 'pem' }) as string), data),
  );
  expect(signature.string().toString()).toBe('rsa-sha2-512');
  expect(verify('sha512', data, publicKey, signature.string())).toBe(true);
});

test('no number of a signature is below zero, nor has a zero in front that it does not need', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = parsed(privateKey.export({ type: 'sec1', format: 'pem' }) as string);
  const firsts = new Set<number>();
  for (let round = 0; round < SIGNATURES; round++) {
    const signature = new WireReader(signedWith(key, data));
    signature.string();
    const numbers = new WireReader(signature.string());
    for (const number of [numbers.string(), numbers.string()]) {
      const [first = 0, second = 0] = number;
      if (first >= 0x80 || (first === 0 && second < 0x80)) throw new Error(number.toString('hex'));
      firsts.add(first === 0 ? second : first);
    }
  }
  expect(firsts.size).toBeGreaterThan(200);
});
