import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { TransportError } from '../errors/index.ts';
import { quote } from '../shell/index.ts';

export interface Identity {
  readonly path: string;
  readonly key: Buffer;
}

const USUAL = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * The private keys to log in with. Named ones must be usable; of the usual ones in ~/.ssh, those that are.
 *
 * @throws TransportError where a named key cannot be used.
 */
export async function readIdentities(paths: readonly string[] | undefined): Promise<readonly Identity[]> {
  if (paths !== undefined) return Promise.all(paths.map(readIdentity));
  const usual = USUAL.map((name) => join(homedir(), '.ssh', name));
  const read = await Promise.allSettled(usual.map(readIdentity));
  return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function readIdentity(path: string): Promise<Identity> {
  const refuse = (message: string, ...fix: string[]) => new TransportError('key-file', message, { fix });
  const attributes = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw refuse(`cannot read the key ${path} (${error.code ?? error.message})`);
  });
  if ((attributes.mode & 0o077) !== 0)
    throw refuse(`others can read the key ${path}`, `chmod 600 ${quote(path)}`);
  const key = await readFile(path);
  const { utils } = (await import('ssh2')).default;
  const parsed = utils.parseKey(key);
  if (!(parsed instanceof Error)) return { path, key };
  if (/encrypted/i.test(parsed.message))
    throw refuse(`the key ${path} has a passphrase`, `ssh-add ${quote(path)}`);
  throw refuse(`${path} is not a private key that can be used: ${parsed.message}`);
}

/** Whether an agent answers at this socket. One that is gone would end the whole login. */
export function isAgentAlive(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const end = (alive: boolean) => {
      connection.destroy();
      resolve(alive);
    };
    connection.once('connect', () => end(true));
    connection.once('error', () => end(false));
  });
}
