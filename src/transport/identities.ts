import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ParsedKey } from 'ssh2';
import { TransportError } from '../errors/index.ts';
import { quote, type Secret } from '../shell/index.ts';
import { agentAt, type Held } from './agent.ts';
import { certificateBeside } from './certificate.ts';
import { otherThanPrivate } from './key-forms.ts';
import { readPublic, textOf } from './public-key.ts';

export interface Identity {
  readonly path: string;
  /** Open. */
  readonly key: ParsedKey;
  /** Its public half: type and text. */
  readonly half: string;
}

/** Of keys that have one, by their paths. */
export type Passphrases = ReadonlyMap<string, Secret>;

/** Keys that are offered where none is named, in the order of ssh (ssh_config(5), IdentityFile). */
export const usual = (): readonly string[] =>
  ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => join(homedir(), '.ssh', name));

/**
 * The private keys to log in with, but those that the agent holds: they need no passphrase. Named ones must be usable; of the
 * usual ones in ~/.ssh, those that are.
 *
 * @throws TransportError where a named key cannot be used.
 */
export async function readIdentities(
  paths: readonly string[] | undefined,
  passphrases: Passphrases,
  held?: Held,
): Promise<readonly Identity[]> {
  const own = await notHeld(paths ?? usual(), held);
  if (paths !== undefined) return Promise.all(own.map((path) => readIdentity(path, passphrases)));
  const read = await Promise.allSettled(own.map((path) => readIdentity(path, passphrases)));
  return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/**
 * The keys that somebody has to be asked about: of named ones all that have a passphrase, of the usual ones that which ssh
 * tries first, and only where there is nothing else to offer. What the agent holds is not among them.
 */
export async function lockedKeys(
  paths: readonly string[] | undefined,
  agent?: string,
): Promise<readonly string[]> {
  const held = (await agentAt(agent))?.held;
  const own = await notHeld(paths ?? usual(), held);
  const open = await Promise.all(own.map((path) => opens(path)));
  const locked = own.filter((_, index) => open[index] === false);
  if (paths !== undefined) return locked;
  return open.includes(true) || (held?.size ?? 0) > 0 ? [] : locked.slice(0, 1);
}

/** Whether a passphrase, or none, opens a key; absent where it is no key that can be read. */
export async function opens(path: string, passphrase?: Secret): Promise<boolean | undefined> {
  const key = await readFile(path).catch(() => undefined);
  if (key === undefined) return undefined;
  const { utils } = (await import('ssh2')).default;
  const parsed = utils.parseKey(key, passphrase?.reveal());
  if (!(parsed instanceof Error)) return true;
  return passphrase !== undefined || isEncrypted(parsed) ? false : undefined;
}

const isEncrypted = ({ message }: Error) => /encrypted/i.test(message);

async function notHeld(paths: readonly string[], held: Held = new Map()): Promise<readonly string[]> {
  const halves = await Promise.all(paths.map(publicHalf));
  return paths.filter((_, index) => !held.has(halves[index] ?? ''));
}

async function readIdentity(path: string, passphrases: Passphrases): Promise<Identity> {
  const refuse = (message: string, ...fix: string[]) => new TransportError('key-file', message, { fix });
  const attributes = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw refuse(
      `cannot read the key ${path} (${error.code === 'ENOENT' ? 'there is no such file' : (error.code ?? error.message)})`,
    );
  });
  // Before its mode is looked at: of a folder, as ~/.ssh, 600 would lock its owner out.
  if (!attributes.isFile())
    throw refuse(`the key ${path} is no file`, 'name the private key itself, as ~/.ssh/id_ed25519');
  const text = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw refuse(`cannot read the key ${path} (${error.code ?? error.message})`);
  });
  const other = otherThanPrivate(text.toString('latin1'), path);
  if (other !== undefined) throw refuse(other.message, ...other.fix);
  if ((attributes.mode & 0o077) !== 0)
    throw refuse(`others can read the key ${path}`, `chmod 600 ${quote(path)}`);
  const { utils } = (await import('ssh2')).default;
  const parsed = utils.parseKey(text);
  if (!(parsed instanceof Error)) return { path, key: parsed, half: halfOf(parsed) };
  if (isEncrypted(parsed)) {
    const passphrase = passphrases.get(path);
    if (passphrase === undefined) throw refuse(`the key ${path} has a passphrase`, `ssh-add ${quote(path)}`);
    const key = utils.parseKey(text, passphrase.reveal());
    if (!(key instanceof Error)) return { path, key, half: halfOf(key) };
    throw refuse(`the passphrase of the key ${path} is another`, `ssh-add ${quote(path)}`);
  }
  throw refuse(`${path} is not a private key that can be used: ${parsed.message}`);
}

const halfOf = (key: ParsedKey) => textOf(key.getPublicSSH());

/**
 * The public half of a named key: type and text. It lies beside the private one, or is itself what is named, of a key that only an agent has
 * (ssh_config(5), IdentityFile); where the agent alone has the private one, the certificate there may say it.
 */
export async function publicHalf(path: string): Promise<string | undefined> {
  const half = (await readPublic(`${path}.pub`)) ?? (await readPublic(path));
  if (half !== undefined) return textOf(half);
  const certificate = existsSync(path) ? undefined : await certificateBeside(path);
  return certificate && textOf(certificate.key);
}
