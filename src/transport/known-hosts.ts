import { createHash, createHmac } from 'node:crypto';

/** A line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
interface Entry {
  readonly line: number;
  readonly revoked: boolean;
  readonly patterns: readonly string[];
  readonly type: string;
  readonly key: string;
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'revoked'; readonly line: number }
  /** The host is known by other keys. */
  | {
      readonly kind: 'changed';
      readonly known: readonly { line: number; type: string; fingerprint: string }[];
    };

/** The keys that hosts are known by. */
export class KnownHosts {
  readonly #entries: readonly Entry[];

  constructor(text: string) {
    this.#entries = text.split('\n').flatMap((line, index) => parseLine(line, index + 1));
  }

  /** Any key of a known host that is not among its keys is a change, of whatever type: as ssh(1) takes it. */
  judge(address: string, port: number, key: Buffer): HostKeyVerdict {
    const entries = this.#entriesFor(address, port);
    const same = entries.filter((entry) => entry.key === key.toString('base64'));
    const revoked = same.find((entry) => entry.revoked);
    if (revoked !== undefined) return { kind: 'revoked', line: revoked.line };
    if (same.length > 0) return { kind: 'known' };
    const known = entries.filter((entry) => !entry.revoked);
    if (known.length === 0) return { kind: 'unknown' };
    return {
      kind: 'changed',
      known: known.map(({ line, type, key: blob }) => ({
        line,
        type,
        fingerprint: fingerprint(Buffer.from(blob, 'base64')),
      })),
    };
  }

  /** The types of key that a host is known by, to be asked for first. */
  types(address: string, port: number): readonly string[] {
    return [
      ...new Set(
        this.#entriesFor(address, port)
          .filter(({ revoked }) => !revoked)
          .map(({ type }) => type),
      ),
    ];
  }

  #entriesFor(address: string, port: number): readonly Entry[] {
    const name = hostPattern(address, port);
    return this.#entries.filter(({ patterns }) => matches(patterns, name));
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

function parseLine(line: string, number: number): readonly Entry[] {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  const [patterns, type, key] = words;
  if (!patterns || patterns.startsWith('#') || !type || !key) return [];
  if (marker !== undefined && marker !== '@revoked') return [];
  return [{ line: number, revoked: marker === '@revoked', patterns: patterns.split(','), type, key }];
}

function matches(patterns: readonly string[], name: string): boolean {
  const one = (pattern: string): boolean => {
    if (pattern.startsWith('|1|')) return hashed(pattern, name);
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
