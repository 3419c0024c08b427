import type { ServiceName } from '../settings/mailu.ts';
import type { SecretKey, Surroundings } from './service.ts';

export interface GivenSecret {
  readonly source: SecretKey;
  readonly target: string;
  /** The variable that Mailu takes the file's name from. */
  readonly file?: string;
  /** The variable that has to have the value itself, for what reads no file. */
  readonly variable?: string;
}

const path = (key: SecretKey) => `/run/secrets/${key}`;

/** Which secrets a service gets, and how it comes to them. */
export function givenSecretsOf(name: ServiceName, { secrets }: Surroundings): readonly GivenSecret[] {
  const all: readonly (GivenSecret & { readonly readers: readonly ServiceName[] })[] = [
    {
      source: 'secret-key',
      target: path('secret-key'),
      // Read from a file since 1.9.0 (Mailu#1607), by each container that calls set_env.
      file: 'SECRET_KEY_FILE',
      readers: ['front', 'admin', 'imap', 'smtp', 'antispam', 'webmail', 'fetchmail'],
    },
    {
      source: 'database-password',
      target: path('database-password'),
      file: 'DB_PW_FILE',
      readers: ['admin'],
    },
    {
      source: 'relay-password',
      target: path('relay-password'),
      variable: 'RELAYPASSWORD',
      readers: ['smtp'],
    },
    {
      source: 'webmail-database-password',
      target: path('webmail-database-password'),
      variable: 'ROUNDCUBE_DB_PW',
      readers: ['webmail'],
    },
    { source: 'certificate', target: '/certs/cert.pem', readers: ['front'] },
    { source: 'certificate-key', target: '/certs/key.pem', readers: ['front'] },
  ];
  return all.filter(({ source, readers }) => readers.includes(name) && secrets[source] !== undefined);
}
