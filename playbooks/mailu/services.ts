import { OUR_LABELS } from 'provision';
import { environmentOf } from './environment.ts';
import { imageOf } from './images.ts';
import type { Mailu, ServiceName } from './settings.ts';
import { familyOf } from './version.ts';

/** What the stack is made from beside the inventory's section. */
export interface Surroundings {
  /** Where the file system of all nodes is mounted. */
  readonly root: string;
  /** Versions of the secrets in the swarm, by what they are for; absent where there is none. */
  readonly secrets: Readonly<Partial<Record<SecretKey, string>>>;
  /** Versions of the configs in the swarm. */
  readonly configs: Readonly<Record<'lease' | 'start', string>>;
  /** The host name of the node that keeps sqlite's file, and runs admin. */
  readonly adminNode: string | undefined;
  /** A digest of our own Dovecot settings: Dovecot reads them when it starts. */
  readonly dovecotSettings: string;
}

export const SECRET_KEYS = [
  'secret-key',
  'database-password',
  'webmail-database-password',
  'relay-password',
  'certificate',
  'certificate-key',
] as const;
export type SecretKey = (typeof SECRET_KEYS)[number];

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** `volume`: local to a node. */
  readonly type: 'bind' | 'volume';
}

export interface Service {
  readonly name: ServiceName;
  readonly image: string;
  /** What the container starts, in full; absent: what the image says. */
  readonly entrypoint: readonly string[] | undefined;
  readonly hostname: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** Secrets by where they are mounted. */
  readonly secrets: readonly { readonly source: SecretKey; readonly target: string }[];
  readonly configs: readonly { readonly source: 'lease' | 'start'; readonly target: string }[];
  readonly networks: readonly string[];
  readonly ports: readonly number[];
  readonly publish: 'host' | 'ingress';
  readonly health: Health;
  readonly grace: string;
  readonly global: boolean;
  readonly replicas: number;
  readonly constraints: readonly string[];
  readonly endpointMode: 'vip' | 'dnsrr';
  readonly failureAction: 'rollback' | 'pause';
  readonly limit: { readonly memory?: string | undefined; readonly cpus?: string | undefined } | undefined;
  readonly reserve: { readonly memory?: string | undefined; readonly cpus?: string | undefined } | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** `test` absent: the image's own. Docker fills in what is not said from the image. */
type Health = 'none' | { readonly test: readonly string[] | undefined; readonly startPeriod: string };

export const LEASE_FOLDER = '/leases';
/** Put by us on the nodes that are to be fronts, after what all our labels begin with. */
export const FRONT_LABEL = 'front';

/** Why a service may not run more than once (facts of Mailu's maintainers: helm-charts#303, #304; RFC Mailu#1224). */
export const ONCE: Readonly<Partial<Record<ServiceName, string>>> = {
  admin: 'two of them would migrate and write one database',
  imap: 'Dovecot does not support one mailbox on two servers, and Mailu has no director: mailboxes get corrupted',
  smtp: 'two Postfix may not share a queue, and a queue of its own for each would be lost with its node',
  antispam: 'its statistics and caches are files that one rspamd may write',
  redis: 'its file may have one writer',
  fetchmail: 'each would fetch the same mail',
  webdav: 'its calendars are files that one Radicale may write',
};

/** Which services there are. */
export function servicesOf(mailu: Mailu): readonly ServiceName[] {
  return [
    'front',
    'redis',
    'admin',
    'imap',
    'smtp',
    'antispam',
    ...(mailu.webmail === 'none' ? [] : (['webmail'] as const)),
    ...(mailu.antivirus ? (['antivirus'] as const) : []),
    ...(mailu.webdav ? (['webdav'] as const) : []),
    ...(mailu.fetchmail ? (['fetchmail'] as const) : []),
    ...(mailu.oletools ? (['oletools'] as const) : []),
    ...(mailu.tika ? (['tika'] as const) : []),
  ];
}

/** Networks of the stack beside Mailu's own: services on them alone are not trusted. Of `internal` ones nothing leads out. */
export function networksOf(mailu: Mailu): readonly { readonly name: string; readonly internal: boolean }[] {
  if (familyOf(mailu.version).legacy) return [];
  return [
    ...(mailu.webmail === 'none' ? [] : [{ name: 'webmail', internal: false }]),
    ...(mailu.webdav ? [{ name: 'radicale', internal: false }] : []),
    ...(mailu.antivirus ? [{ name: 'clamav', internal: false }] : []),
    ...(mailu.oletools ? [{ name: 'oletools', internal: true }] : []),
    ...(mailu.tika ? [{ name: 'tika', internal: true }] : []),
  ];
}

/** What differs from service to service. */
interface Part {
  readonly mounts: readonly Mount[];
  readonly networks: readonly string[];
  /** What the image starts, where the lease or a password has to come before it. */
  readonly command: readonly string[];
  /** On shared storage, and may have one writer. */
  readonly leased: boolean;
  readonly grace: string;
  /** Seconds that it may take until its own check of health holds. */
  readonly startPeriod: number;
  readonly hostname?: string;
  readonly test?: readonly string[];
}

/** A holder that was cut off has stopped by then, and the storage has given its lock free. */
const HANDOVER = 180;

export function stackServices(mailu: Mailu, around: Surroundings): readonly Service[] {
  return servicesOf(mailu).map((name) => serviceOf(name, mailu, around));
}

function serviceOf(name: ServiceName, mailu: Mailu, around: Surroundings): Service {
  const part = partOf(name, mailu, around);
  const given = secretsOf(name, mailu, around);
  const exported = given.filter(({ variable }) => variable !== undefined);
  const wrapped = part.leased || exported.length > 0;
  const { legacy } = familyOf(mailu.version);
  return {
    name,
    image: imageOf(mailu, name),
    entrypoint: wrapped
      ? [
          ...(part.leased ? ['/provision-lease', `${LEASE_FOLDER}/${name}`] : []),
          ...(exported.length > 0
            ? ['/provision-start', ...exported.map(({ variable, target }) => `${variable}=${target}`), '--']
            : []),
          ...part.command,
        ]
      : undefined,
    hostname: part.hostname,
    environment: {
      ...environmentOf(mailu, name),
      ...Object.fromEntries(
        given.flatMap(({ file, target }) => (file === undefined ? [] : [[file, target]])),
      ),
    },
    mounts: [...part.mounts, ...(part.leased ? [bind(`${around.root}/leases`, LEASE_FOLDER)] : [])],
    secrets: given.map(({ source, target }) => ({ source, target })),
    configs: [
      ...(part.leased ? [{ source: 'lease' as const, target: '/provision-lease' }] : []),
      ...(exported.length > 0 ? [{ source: 'start' as const, target: '/provision-start' }] : []),
    ],
    networks: legacy ? ['default'] : part.networks,
    ports: name === 'front' ? mailu.ports : [],
    publish: mailu.publish,
    health:
      legacy && name !== 'front' && name !== 'redis'
        ? 'none'
        : { test: part.test, startPeriod: `${part.startPeriod + (part.leased ? HANDOVER : 0)}s` },
    grace: part.grace,
    global: name === 'front' && mailu.publish === 'host',
    replicas: name === 'front' ? 1 : (mailu.replicas[name] ?? 1),
    constraints:
      name === 'front'
        ? [`node.labels.${OUR_LABELS}${FRONT_LABEL} == yes`]
        : name === 'admin' && around.adminNode !== undefined
          ? [`node.hostname == ${around.adminNode}`]
          : [],
    endpointMode: name === 'front' && mailu.publish === 'ingress' ? 'vip' : 'dnsrr',
    failureAction: name === 'admin' ? 'pause' : 'rollback',
    limit: amount(mailu.resources[name]?.limit),
    reserve: amount(mailu.resources[name]?.reserve),
    labels: name === 'imap' ? { 'provision.dovecot-settings': around.dovecotSettings } : {},
  };
}

const amount = (value: { memory?: string | undefined; cpus?: number | undefined } | undefined) =>
  value === undefined
    ? undefined
    : { memory: value.memory, cpus: value.cpus === undefined ? undefined : String(value.cpus) };

const bind = (source: string, target: string, readOnly = false): Mount => ({
  type: 'bind',
  source,
  target,
  readOnly,
});

const START = ['/start.py'];

function partOf(name: ServiceName, mailu: Mailu, { root }: Surroundings): Part {
  const { legacy } = familyOf(mailu.version);
  const override = (folder: string) =>
    bind(legacy ? `${root}/overrides` : `${root}/overrides/${folder}`, '/overrides', true);
  const plain = { command: START, leased: false, grace: '20s', startPeriod: 60 };
  const own = (folder: string, target: string): Mount => ({
    type: 'volume',
    source: folder,
    target,
    readOnly: false,
  });
  switch (name) {
    case 'front':
      return {
        ...plain,
        mounts: [
          ...(mailu.tls.kind === 'cert' && mailu.tls.certificate !== undefined
            ? []
            : [bind(`${root}/certs`, '/certs')]),
          override('nginx'),
        ],
        networks: [
          'default',
          ...(mailu.webmail === 'none' ? [] : ['webmail']),
          ...(mailu.webdav ? ['radicale'] : []),
        ],
      };
    case 'redis':
      return {
        ...plain,
        command: ['docker-entrypoint.sh', 'redis-server'],
        leased: true,
        mounts: [bind(`${root}/redis`, '/data')],
        networks: ['default'],
        test: ['CMD', 'redis-cli', 'ping'],
        startPeriod: 30,
        grace: '30s',
      };
    case 'admin':
      return {
        ...plain,
        leased: mailu.database.kind !== 'sqlite',
        mounts: [
          bind(mailu.database.kind === 'sqlite' ? `${mailu.database.path}/data` : `${root}/data`, '/data'),
          bind(`${root}/dkim`, '/dkim'),
        ],
        networks: ['default'],
        startPeriod: 180,
      };
    case 'imap':
      return {
        ...plain,
        leased: true,
        grace: '30s',
        mounts: [bind(`${root}/mail`, '/mail'), override('dovecot')],
        networks: ['default', ...(mailu.tika ? ['tika'] : [])],
      };
    case 'smtp':
      return {
        ...plain,
        leased: true,
        grace: '30s',
        mounts: [bind(`${root}/mailqueue`, '/queue'), override('postfix')],
        networks: ['default'],
      };
    case 'antispam':
      return {
        ...plain,
        leased: true,
        hostname: 'antispam',
        mounts: [
          bind(`${root}/filter`, '/var/lib/rspamd'),
          ...(legacy
            ? [
                bind(`${root}/dkim`, '/dkim', true),
                bind(`${root}/overrides/rspamd`, '/etc/rspamd/override.d', true),
              ]
            : [override('rspamd')]),
        ],
        networks: [
          'default',
          ...(mailu.antivirus ? ['clamav'] : []),
          ...(mailu.oletools ? ['oletools'] : []),
        ],
        startPeriod: 350,
      };
    case 'webmail':
      return {
        ...plain,
        // Its own database is a file; with one outside, any number may run.
        leased: mailu.webmailDatabase === undefined,
        mounts: [bind(`${root}/webmail`, '/data'), ...(legacy ? [] : [override(mailu.webmail)])],
        networks: ['webmail'],
      };
    case 'antivirus':
      return {
        ...plain,
        mounts: [own('clamav', legacy ? '/data' : '/var/lib/clamav')],
        networks: ['clamav'],
        startPeriod: 300,
      };
    case 'webdav':
      return {
        ...plain,
        leased: true,
        command: ['radicale', '-S', '-C', '/radicale.conf'],
        mounts: [bind(`${root}/dav`, '/data')],
        networks: ['radicale'],
      };
    case 'fetchmail':
      return {
        ...plain,
        leased: true,
        command: ['/fetchmail.py'],
        mounts: [bind(`${root}/data/fetchmail`, '/data')],
        networks: ['default'],
      };
    case 'oletools':
      return { ...plain, hostname: 'oletools', mounts: [], networks: ['oletools'] };
    case 'tika':
      return {
        ...plain,
        hostname: 'tika',
        mounts: [],
        networks: ['tika'],
        test: ['CMD-SHELL', 'wget -nv -t1 -O /dev/null http://127.0.0.1:9998/tika || exit 1'],
      };
  }
}

interface GivenSecret {
  readonly source: SecretKey;
  readonly target: string;
  /** The variable that Mailu takes the file's name from. */
  readonly file?: string;
  /** The variable that has to have the value itself, for what reads no file. */
  readonly variable?: string;
}

const path = (key: SecretKey) => `/run/secrets/${key}`;

/** Which secrets a service gets, and how it comes to them. */
function secretsOf(name: ServiceName, mailu: Mailu, { secrets }: Surroundings): readonly GivenSecret[] {
  const family = familyOf(mailu.version);
  // Read from a file since 1.9.0 (Mailu#1607), by each container that calls set_env.
  const fromFile = family.number[0] > 1 || family.number[1] >= 9;
  const all: readonly (GivenSecret & { readonly readers: readonly ServiceName[] })[] = [
    {
      source: 'secret-key',
      target: path('secret-key'),
      ...(fromFile ? { file: 'SECRET_KEY_FILE' } : { variable: 'SECRET_KEY' }),
      readers: ['front', 'admin', 'imap', 'smtp', 'antispam', 'webmail', 'fetchmail'],
    },
    {
      source: 'database-password',
      target: path('database-password'),
      ...(fromFile ? { file: 'DB_PW_FILE' } : { variable: 'DB_PW' }),
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
