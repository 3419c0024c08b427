import { readFile } from 'node:fs/promises';
import { WireReader } from './wire.ts';

/** A public key or a certificate as its file has it, type and text: what it is known by here. */
export const textOf = (blob: Buffer): string => `${typeOf(blob)} ${blob.toString('base64')}`;

/** What kind it is (RFC 4253, 6.6): it begins with that. Empty where it is neither. */
export function typeOf(blob: Buffer): string {
  try {
    return new WireReader(blob).string().toString('latin1');
  } catch {
    return '';
  }
}

/** A key of a FIDO token (OpenSSH's PROTOCOL.u2f), which only an agent can use here. */
export const isOfToken = (blob: Buffer): boolean =>
  ['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'].includes(typeOf(blob));

/** The one in a file: a line of type, text and perhaps a comment. Undefined where there is none. */
export async function readPublic(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const line = text.split('\n').find((one) => !/^\s*(#|$)/.test(one));
  const [type, key = ''] = line?.trim().split(/\s+/) ?? [];
  const blob = Buffer.from(key, 'base64');
  return typeOf(blob) === type ? blob : undefined;
}
