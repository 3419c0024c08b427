import { readPublic, typeOf } from './public-key.ts';
import { signatureOf } from './signatures.ts';
import { WireReader, wireString } from './wire.ts';

/** What an authority says about a key of a user (OpenSSH's PROTOCOL.certkeys). */
export interface Certificate {
  /** As a server gets it. */
  readonly blob: Buffer;
  /** The public key that it is about. */
  readonly key: Buffer;
  /** What a request that offers it names (OpenSSH's PROTOCOL, 1.3 and 1.8). */
  readonly algorithm: string;
  /** What the authority calls it. */
  readonly id: string;
  /** Seconds since 1970: valid from the one, and no longer at the other. */
  readonly from: bigint;
  readonly until: bigint;
}

/** How many parts a key has, by its type. */
const PARTS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ssh-rsa': 2,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'sk-ssh-ed25519@openssh.com': 2,
  'sk-ecdsa-sha2-nistp256@openssh.com': 3,
};

const certified = (name: string) => name.replace(/(@openssh\.com)?$/, '-cert-v01@openssh.com');

const KEYS = new Map(Object.keys(PARTS).map((type) => [certified(type), type]));
const OF_USER = 1;

/** Undefined where it is none, one of a host, or one whose kind is not known here. */
export function readCertificate(blob: Buffer): Certificate | undefined {
  try {
    const type = KEYS.get(typeOf(blob));
    return type === undefined ? undefined : read(blob, type);
  } catch {
    return undefined;
  }
}

export async function certificateIn(path: string): Promise<Certificate | undefined> {
  const blob = await readPublic(path);
  return blob === undefined ? undefined : readCertificate(blob);
}

/** Where the certificate of a key is: ssh-keygen(1) writes it there, and ssh looks for it there (ssh.c, load_public_identity_files). */
export const beside = (path: string): string => `${path}-cert.pub`;

export const certificateBeside = (path: string): Promise<Certificate | undefined> =>
  certificateIn(beside(path));

function read(blob: Buffer, type: string): Certificate | undefined {
  const reader = new WireReader(blob);
  const [_type, _nonce] = [reader.string(), reader.string()];
  const parts = Array.from({ length: PARTS[type] ?? 0 }, () => reader.string());
  const _serial = reader.long();
  const kind = reader.number();
  const id = reader.string().toString();
  const _principals = reader.string();
  const [from, until] = [reader.long(), reader.long()];
  if (kind !== OF_USER) return undefined;
  return {
    blob,
    key: Buffer.concat([wireString(type), ...parts.map(wireString)]),
    algorithm: certified(signatureOf(type)),
    id,
    from,
    until,
  };
}

/** Why it is not valid at this time, by the clock of this machine; a server has its own (sshkey.c, sshkey_cert_check_authority). */
export function outOfDate({ from, until }: Certificate, now: Date): string | undefined {
  const seconds = BigInt(Math.floor(now.getTime() / 1000));
  if (seconds >= until) return `expired at ${at(until)}`;
  if (seconds < from) return `is not valid before ${at(from)}`;
  return undefined;
}

function at(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime())
    ? `${seconds} seconds after 1970 began`
    : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
