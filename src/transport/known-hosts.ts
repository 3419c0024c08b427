import { createHash, createHmac } from 'node:crypto';

/** A line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
interface Entry {
  readonly line: number;
  /** `trusted` is a key of the host; `authority` one whose owner vouches for it by certificates. */
  readonly as: 'trusted' | 'revoked' | 'authority';
  readonly key: Buffer;
  /** What else is known by it: other names, and patterns of names. */
  readonly others: readonly string[];
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'revoked'; readonly line: number }
  /** No key of it is known, and certificates of this authority are what it is known by. */
  | { readonly kind: 'authority'; readonly line: number }
  /** The host is known by other keys. */
  | {
      readonly kind: 'changed';
      readonly known: readonly { line: number; type: string; fingerprint: string }[];
      /** What the same lines make known, and goes with them: ssh-keygen -R takes whole lines (known_hosts_find_delete). */
      readonly others: readonly string[];
    };

/** The keys that a host is known by. Nothing else of the file is kept: many hosts may share a long one. */
export class KnownKeys {
  readonly #entries: readonly Entry[];

  constructor(text: string, address: string, port: number) {
    const names = { own: hostPattern(address, port), withoutPort: hostPattern(address, 22) };
    this.#entries = text.split('\n').flatMap((line, index) => parseLine(line, index + 1, names));
  }

  /** Any key of a known host that is not among its keys is a change, of whatever type: as ssh(1) takes it. */
  judge(shown: Buffer): HostKeyVerdict {
    const same = this.#entries.filter(({ key }) => key.equals(shown));
    const revoked = same.find(({ as }) => as === 'revoked');
    if (revoked !== undefined) return { kind: 'revoked', line: revoked.line };
    if (same.some(({ as }) => as === 'trusted')) return { kind: 'known' };
    const known = this.#entries.filter(({ as }) => as === 'trusted');
    const authority = this.#entries.find(({ as }) => as === 'authority');
    if (known.length === 0)
      return authority === undefined ? { kind: 'unknown' } : { kind: 'authority', line: authority.line };
    return {
      kind: 'changed',
      known: known.map(({ line, key }) => ({ line, type: keyType(key), fingerprint: fingerprint(key) })),
      others: [...new Set(known.flatMap(({ others }) => others))],
    };
  }

  /** The types of key that it is known by, to be asked for first. */
  get types(): readonly string[] {
    return [...new Set(this.#entries.filter(({ as }) => as === 'trusted').map(({ key }) => keyType(key)))];
  }
}

/** The name that a host has in known_hosts: in lower case, as ssh(1) writes, hashes and looks it up. */
export function hostPattern(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** The line that makes a key known. */
export function knownHostsLine(address: string, port: number, key: Buffer): string {
  return `${hostPattern(address, port)} ${keyType(key)} ${key.toString('base64')}\n`;
}

/** As `ssh-keygen -l` shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** A key's blob begins with the length and the name of its type (RFC 4253, 6.6). */
export function keyType(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}

const MARKERS: Readonly<Record<string, Entry['as']>> = {
  '@revoked': 'revoked',
  '@cert-authority': 'authority',
};

/** An authority vouches for a host at whatever port, and what is revoked is so at each (sshconnect.c, "checking without port identifier"). */
function parseLine(
  line: string,
  number: number,
  { own, withoutPort }: { readonly own: string; readonly withoutPort: string },
): readonly Entry[] {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  const [patterns = '', , key = ''] = words;
  if (patterns === '' || patterns.startsWith('#') || key === '') return [];
  const as = marker === undefined ? 'trusted' : MARKERS[marker];
  if (as === undefined) return [];
  const all = patterns.split(',');
  if (!matches(all, own) && (as === 'trusted' || !matches(all, withoutPort))) return [];
  const blob = Buffer.from(key, 'base64');
  return blob.length < 4 ? [] : [{ line: number, as, key: blob, others: othersOf(all, own) }];
}

/** A hashed name stands for one host. */
function othersOf(patterns: readonly string[], own: string): readonly string[] {
  return patterns.filter((pattern) => !/^(!|\|1\|)/.test(pattern) && pattern.toLowerCase() !== own);
}

function matches(patterns: readonly string[], name: string): boolean {
  const one = (pattern: string): boolean => {
    if (pattern.startsWith('|1|')) return hashed(pattern, name);
    if (!/[*?]/.test(pattern)) return pattern.toLowerCase() === name;
    const expression = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${expression}$`, 'i').test(name);
  };
  if (patterns.some((pattern) => pattern.startsWith('!') && one(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && one(pattern));
}

function hashed(pattern: string, name: string): boolean {
  const [, , salt = '', hash = ''] = pattern.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}
