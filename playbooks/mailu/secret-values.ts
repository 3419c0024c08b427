import type { Secret, secretVersion } from 'provision-swarm';
import type { Mailu, MailuCluster } from '../settings/mailu.ts';
import { ADMIN } from './accounts-places.ts';
import { SECRET_KEYS, type SecretKey, STACK } from './service.ts';

/** Bytes of the key that is made where the inventory gives none: Mailu asks for 16 random ones. */
const KEY_BYTES = 24;

/** The name of a secret or config of the stack, before its digest. */
export const named = (key: string) => `${STACK}_${key}`;

/** Secrets by what they are for: a value, or how many random bytes make one. */
export function secretValues(
  mailu: Mailu,
  cluster: MailuCluster,
): ReadonlyMap<SecretKey, Parameters<typeof secretVersion>[0]['value']> {
  const { database: db, tls, relay, webmailDatabase, secretKey } = mailu;
  const named = {
    'secret-key': secretKey,
    'database-password': db.kind === 'sqlite' ? undefined : db.password,
    'webmail-database-password': webmailDatabase?.password,
    'relay-password': relay?.password,
    certificate: tls.kind === 'cert' ? tls.certificate : undefined,
    'certificate-key': tls.kind === 'cert' ? tls.key : undefined,
  };
  // A stack that was made by hand has its key in a variable: what it has signed stays good.
  const generated = { random: KEY_BYTES, kept: { service: ADMIN, variable: 'SECRET_KEY' } };
  const found = new Map<SecretKey, Secret | typeof generated>([['secret-key', generated]]);
  for (const key of SECRET_KEYS) {
    const name = named[key];
    if (name !== undefined) found.set(key, cluster.secret(name));
  }
  return found;
}
