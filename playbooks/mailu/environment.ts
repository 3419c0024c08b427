import { type Mailu, portsOf, type ServiceName } from '../settings/mailu.ts';
import { atLeast } from '../settings/mailu-version.ts';
import { servicesOf } from './deployed.ts';
import { READERS } from './readers.ts';

/** A variable of Mailu, and the services that read it: only they are updated when it changes. */
interface Variable {
  readonly name: string;
  readonly value: string;
  readonly readers: readonly ServiceName[];
}

const CORE: readonly ServiceName[] = ['front', 'admin', 'imap', 'smtp', 'webmail'];
/** Services that take Mailu's variables at all. The others are configured by their images. */
export const CONFIGURED: readonly ServiceName[] = [...CORE, 'antispam', 'fetchmail'];

/** Variables that the inventory has words of its own for, and those words. */
export const OWN: Readonly<Record<string, string>> = {
  DOMAIN: 'domain',
  HOSTNAMES: 'hostnames',
  POSTMASTER: 'postmaster',
  MAILU_VERSION: 'version',
  VERSION: 'version',
  DOCKER_ORG: 'registry',
  SUBNET: 'network.subnet',
  POD_ADDRESS_RANGE: 'network.subnet',
  RELAYNETS: 'relayNetworks',
  RELAYHOST: 'relay.host',
  RELAYUSER: 'relay.user',
  RELAYPASSWORD: 'relay.password',
  TLS_FLAVOR: 'tls.kind',
  TLS_CERT_FILENAME: 'tls.certificate',
  TLS_KEYPAIR_FILENAME: 'tls.key',
  PORTS: 'ports',
  WEBMAIL: 'webmail',
  ANTIVIRUS: 'antivirus',
  WEBDAV: 'webdav',
  FETCHMAIL_ENABLED: 'fetchmail',
  SCAN_MACROS: 'oletools',
  FULL_TEXT_SEARCH_ATTACHMENTS: 'tika',
  ADMIN: 'admin.ui',
  MESSAGE_SIZE_LIMIT: 'messageSizeLimit',
  SECRET_KEY: 'secretKey',
  SECRET_KEY_FILE: 'secretKey',
  DB_FLAVOR: 'database.kind',
  DB_HOST: 'database.server',
  DB_NAME: 'database.name',
  DB_USER: 'database.user',
  DB_PW: 'database.password',
  DB_PW_FILE: 'database.password',
  SQLALCHEMY_DATABASE_URI: 'database',
  ROUNDCUBE_DB_FLAVOR: 'webmailDatabase.kind',
  ROUNDCUBE_DB_HOST: 'webmailDatabase.server',
  ROUNDCUBE_DB_NAME: 'webmailDatabase.name',
  ROUNDCUBE_DB_USER: 'webmailDatabase.user',
  ROUNDCUBE_DB_PW: 'webmailDatabase.password',
  INITIAL_ADMIN_ACCOUNT: 'admin.account',
  INITIAL_ADMIN_DOMAIN: 'domain',
  INITIAL_ADMIN_PW: 'admin.password',
  INITIAL_ADMIN_MODE: 'admin',
};

/** The variables of a service, without those whose values are secrets. */
export function environmentOf(mailu: Mailu, service: ServiceName): Readonly<Record<string, string>> {
  if (!CONFIGURED.includes(service)) return {};
  const found = [...ofSettings(mailu), ...ofPerson(mailu)].filter(({ readers }) => readers.includes(service));
  return Object.fromEntries(found.map(({ name, value }) => [name, value]));
}

function ofPerson({ variables }: Mailu): readonly Variable[] {
  return Object.entries(variables).map(([name, value]) => ({
    name,
    value,
    readers: READERS[name] ?? CONFIGURED,
  }));
}

/**
 * Threads of admin; Mailu makes as many as there are processors. While imap or smtp is replaced its name is missing, and each login and each
 * connection to port 25 keeps a thread that long (socrate, resolve_hostname: it asks again after 2 to 5 s). When none is left all else waits as
 * well. So there are enough for five new connections a second for 25 s. A thread that waits costs some tens of kilobytes.
 */
const ADMIN_THREADS = '128';

const yes = (value: boolean) => (value ? 'true' : 'false');
const or = (value: boolean, name: string) => (value ? name : 'none');

function ofSettings(mailu: Mailu): readonly Variable[] {
  const { family } = mailu;
  const { subnet } = mailu.network;
  const variable = (name: string, value: string, ...readers: ServiceName[]): Variable => ({
    name,
    value,
    readers,
  });
  return [
    variable('DOMAIN', mailu.domain, ...CORE),
    variable('HOSTNAMES', mailu.hostnames.join(','), ...CORE, 'fetchmail'),
    variable('POSTMASTER', mailu.postmaster, ...CORE),
    variable('TLS_FLAVOR', mailu.tls.kind, ...CORE),
    ...(family.legacy
      ? [variable('POD_ADDRESS_RANGE', subnet, 'admin', 'imap', 'smtp', 'antispam')]
      : [variable('PORTS', portsOf(mailu).join(','), ...CORE)]),
    variable('SUBNET', subnet, ...CORE, 'antispam'),
    ...(mailu.relayNetworks.length === 0
      ? []
      : [variable('RELAYNETS', mailu.relayNetworks.join(','), 'smtp', 'antispam')]),
    ...(mailu.relay === undefined ? [] : [variable('RELAYHOST', mailu.relay.host, 'smtp')]),
    ...(mailu.relay?.user === undefined ? [] : [variable('RELAYUSER', mailu.relay.user, 'smtp')]),
    variable('MESSAGE_SIZE_LIMIT', String(mailu.messageSizeLimit), 'front', 'admin', 'smtp', 'webmail'),
    variable('RECIPIENT_DELIMITER', '+', 'front', 'admin', 'imap', 'smtp'),
    variable('ADMIN', yes(mailu.admin.ui), 'front', 'admin', 'webmail'),
    variable('WEBMAIL', mailu.webmail, 'front', 'admin', 'imap', 'webmail'),
    variable('WEBDAV', or(mailu.webdav, 'radicale'), 'front', 'admin'),
    variable('WEB_ADMIN', '/admin', 'front', 'admin', 'webmail'),
    variable('WEB_WEBMAIL', '/webmail', 'front', 'admin', 'webmail'),
    variable('ANTIVIRUS', or(mailu.antivirus, 'clamav'), 'antispam', 'admin'),
    ...(atLeast(family, 2, 0)
      ? [
          variable('SCAN_MACROS', yes(mailu.oletools), 'antispam'),
          variable('FETCHMAIL_ENABLED', yes(mailu.fetchmail), 'admin', 'fetchmail'),
        ]
      : []),
    ...(mailu.tika ? [variable('FULL_TEXT_SEARCH_ATTACHMENTS', 'true', 'admin', 'imap')] : []),
    ...(mailu.webmail !== 'none'
      ? [variable('WEBROOT_REDIRECT', '/webmail', 'front')]
      : mailu.admin.ui
        ? [variable('WEBROOT_REDIRECT', '/admin', 'front')]
        : []),
    variable('CPU_COUNT', ADMIN_THREADS, 'admin'),
    ...(family.legacy ? addresses(mailu) : []),
    ...database(mailu),
  ];
}

/**
 * Names where 1.9 would take an address at its start, and keep it (core/base/libs/socrate/socrate/system.py,
 * get_host_address_from_environment; core/admin/mailu/configuration.py, get_host_address): each task has another.
 */
function addresses(mailu: Mailu): readonly Variable[] {
  const there = servicesOf(mailu);
  return ADDRESSES.filter(([, address]) => there.some((name) => name === address.split(':')[0])).map(
    ([name, value, ...readers]) => ({ name, value, readers }),
  );
}

const ADDRESSES: readonly (readonly [string, string, ...ServiceName[]])[] = [
  ['ADMIN_ADDRESS', 'admin', 'front', 'imap', 'smtp', 'antispam'],
  ['FRONT_ADDRESS', 'front', 'imap', 'smtp'],
  ['ANTISPAM_WEBUI_ADDRESS', 'antispam:11334', 'front', 'imap'],
  ['ANTISPAM_MILTER_ADDRESS', 'antispam:11332', 'smtp'],
  ['LMTP_ADDRESS', 'imap:2525', 'smtp'],
  ['IMAP_ADDRESS', 'imap', 'admin'],
  ['POP3_ADDRESS', 'imap', 'admin'],
  ['SMTP_ADDRESS', 'smtp', 'admin'],
  ['AUTHSMTP_ADDRESS', 'smtp', 'admin'],
  ['REDIS_ADDRESS', 'redis', 'admin', 'antispam'],
  ['WEBMAIL_ADDRESS', 'webmail', 'front', 'admin'],
  ['WEBDAV_ADDRESS', 'webdav:5232', 'front'],
  ['ANTIVIRUS_ADDRESS', 'antivirus:3310', 'antispam'],
];

function database({ database: db, webmailDatabase: own }: Mailu): readonly Variable[] {
  const one = (name: string, value: string, reader: ServiceName): Variable => ({
    name,
    value,
    readers: [reader],
  });
  const server = ({ server: host, port }: { server: string; port?: number | undefined }) =>
    port === undefined ? host : `${host}:${port}`;
  return [
    ...(db.kind === 'sqlite'
      ? []
      : [
          one('DB_FLAVOR', db.kind, 'admin'),
          one('DB_HOST', server(db), 'admin'),
          one('DB_NAME', db.name, 'admin'),
          one('DB_USER', db.user, 'admin'),
        ]),
    ...(own === undefined
      ? []
      : [
          one('ROUNDCUBE_DB_FLAVOR', own.kind, 'webmail'),
          one('ROUNDCUBE_DB_HOST', server(own), 'webmail'),
          one('ROUNDCUBE_DB_NAME', own.name, 'webmail'),
          one('ROUNDCUBE_DB_USER', own.user, 'webmail'),
        ]),
  ];
}
