import type { ServerHostKeyAlgorithm } from 'ssh2';

/** The ways in which a type of key signs; an RSA key has several (RFC 8332). */
const SIGNATURES: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** The way in which a type of key signs for a login. */
export const signatureOf = (type: string): string => SIGNATURES[type]?.[0] ?? type;

/**
 * Has a server prove itself with a key of these types before others. ssh2 takes the ways in their order, leaves alone what its
 * list has already, and throws at what it does not know.
 */
export function preferring(types: readonly string[]) {
  const algorithms = types.flatMap((type) => SIGNATURES[type] ?? []);
  return { remove: [...algorithms], prepend: algorithms, append: [] };
}
