import { domainToASCII } from 'node:url';
import {
  type Cluster,
  type ContainerFacts,
  type EngineFact,
  type GivenFileFacts,
  type ListenerFact,
  type MachineFacts,
  type MailDataFacts,
  type NeighbourFacts,
  type NetworkFacts,
  type OpenFileFact,
  packetSize,
  type ReachedHost,
  type SwarmFacts,
  secretName,
} from 'provision-swarm';
import { z } from 'zod';
import { atLeast, FAMILIES, familyOf, VERSION, versionMistake } from './mailu-version.ts';
import { dataPath } from './paths.ts';
import type { clusterSettings as storageSettings } from './storage.ts';
import type { clusterSettings as swarmSettings } from './swarm.ts';

/** Quotes would be part of the value: Docker's env files and stack files take them as they are. */
const text = z
  .string()
  .min(1)
  .refine((value) => !/^(".*"|'.*')$/.test(value), 'quotes would become part of the value; leave them out')
  .refine((value) => !/[\n\r]/.test(value), 'expected one line');

const DOMAIN = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$/;
const domain = z
  .string()
  .regex(DOMAIN, { error: ({ input }) => `expected a domain name in lower case${asInDns(input)}` });

/** What was meant, where letters are written otherwise in DNS (RFC 5890), or a last dot was written. */
function asInDns(input: unknown): string {
  if (typeof input !== 'string' || !/^[\p{L}\p{N}.-]+$/u.test(input)) return '';
  const name = domainToASCII(input.replace(/\.$/, ''));
  return DOMAIN.test(name) ? `: ${name}` : '';
}

const localPart = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'expected the part of an address before the @');

const PORTS = [25, 80, 110, 143, 443, 465, 587, 993, 995, 4190] as const;
type Port = (typeof PORTS)[number];
/** What Mailu turns on since 2024.06. 110, 143 and 587 begin without encryption. */
const DEFAULT_PORTS: readonly Port[] = [25, 80, 443, 465, 993, 995, 4190];
/** With `notls` nothing listens on those that begin encrypted (core/base/libs/socrate/socrate/system.py, PORTS_REQUIRING_TLS). */
export const ENCRYPTED_PORTS: readonly Port[] = [443, 465, 993, 995];
const PLAIN_PORTS: readonly Port[] = [25, 80, 110, 143, 587, 4190];
/** Whether its fronts take what mail programs say about filters, on 4190 (2.0.43, core/nginx/conf/nginx.conf: inside alone). */
export const hasSieve = ({ family }: Pick<Mailu, 'family'>): boolean => atLeast(family, 2024, 6);
/** Mailu cannot run without them (docs/configuration.rst, PORTS). */
export const FIXED_PORTS = [25, 465, 993];

export const SERVICES = [
  'front',
  'admin',
  'imap',
  'smtp',
  'antispam',
  'redis',
  'webmail',
  'antivirus',
  'webdav',
  'fetchmail',
  'oletools',
  'tika',
] as const;
export type ServiceName = (typeof SERVICES)[number];

const amount = z.strictObject({
  memory: z
    .string()
    .regex(/^\d+[MG]$/, 'expected a size, as in `512M` or `2G`')
    .optional()
    .describe('memory, as in `512M` or `2G`')
    .meta({ examples: ['512M', '2G'] }),
  cpus: z
    .number()
    .positive()
    .optional()
    .describe('processors, of which a part may be taken')
    .meta({ examples: [0.5] }),
});

const tls = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('cert').describe('a certificate of yours, given here or laid on the storage'),
      certificate: secretName()
        .optional()
        .describe('a secret: the certificate and its chain, PEM; default: the file ROOT/certs/cert.pem')
        .meta({ examples: ['mail-cert'] }),
      key: secretName()
        .optional()
        .describe('a secret: the key of the certificate, PEM; default: the file ROOT/certs/key.pem')
        .meta({ examples: ['mail-key'] }),
    }),
    z.strictObject({
      kind: z.literal('letsencrypt').describe("Let's Encrypt's: port 80 has to be reached from the Internet"),
    }),
    z.strictObject({
      kind: z
        .literal('notls')
        .describe('none: passwords go in plain text, so only behind something that encrypts'),
    }),
  ])
  .default({ kind: 'cert' })
  .describe('where the certificate of the mail server comes from');

const external = {
  server: text.describe('the host name or address of the server').meta({ examples: ['db.example.org'] }),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe("the port of the server; default: the database's usual one")
    .meta({ examples: [5432] }),
  name: text.default('mailu').describe('the name of the database'),
  user: text.default('mailu').describe('who logs in to it'),
  /** Mailu writes it into an address without escaping it (core/admin/mailu/configuration.py). */
  password: secretName({
    pattern: /^[\w.~-]+$/,
    expected: 'letters, digits, `.`, `_`, `~` and `-`, as Mailu puts it into the address of a database',
  })
    .describe('a secret: the password that it logs in with')
    .meta({ examples: ['database'] }),
};

const database = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z
        .literal('sqlite')
        .describe('a file on one host: admin runs there, and nowhere while that host is away'),
      host: z
        .string()
        .optional()
        .describe(
          'the host that keeps the file, and runs admin; default: where it is found, or the first by name',
        )
        .meta({ examples: ['mail-1'] }),
      path: dataPath
        .default('/var/lib/mailu')
        .describe('a directory of that host, not of the shared storage'),
    }),
    z.strictObject({ kind: z.literal('postgresql').describe('a PostgreSQL of yours'), ...external }),
    z.strictObject({ kind: z.literal('mysql').describe('a MySQL or MariaDB of yours'), ...external }),
  ])
  .default({ kind: 'sqlite', path: '/var/lib/mailu' })
  .describe('where accounts are kept');

export const clusterSettings = z
  .strictObject({
    domain: domain.describe('the main mail domain').meta({ examples: ['example.org'] }),
    hostnames: z
      .array(domain)
      .min(1)
      .describe('names of the mail server; the first is in the MX record and the certificate')
      .meta({ examples: [['mail.example.org']] }),
    postmaster: localPart.default('postmaster').describe("the local part of the postmaster's address"),
    version: z
      .string('write the version in quotes: without them YAML reads a number')
      .superRefine((version, context) => {
        const message = versionMistake(version);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      })
      .default('2024.06')
      .describe(
        'a family of Mailu, `1.9`, `2.0` or `2024.06`, whose tag moves, or one release, as in `2024.06.57`',
      )
      .meta({ pattern: VERSION.source, examples: [...FAMILIES] }),
    registry: text
      .optional()
      .describe('where the images come from; default: ghcr.io/mailu, and mailu on Docker Hub for 1.9')
      .meta({ examples: ['registry.example.org/mailu'] }),
    images: z
      .partialRecord(z.enum(SERVICES), text)
      .default({})
      .describe('whole image names of services, for those that do not come from Mailu or from a mirror')
      .meta({ examples: [{ redis: 'registry.example.org/redis:7' }] }),
    network: z
      .strictObject({
        name: z
          .string()
          .regex(/^[a-z0-9][\w.-]*$/)
          .default('mailu')
          .describe('its name in the swarm'),
        subnet: z
          .cidrv4()
          .default('10.203.0.0/24')
          .describe('its addresses; Mailu trusts them, so nothing else may have one'),
        encrypted: z
          .boolean()
          .default(false)
          .describe('whether what goes from host to host is encrypted (IPsec)'),
        mtu: packetSize
          .optional()
          .describe(
            'bytes of a packet that the network between the hosts carries; default: the smallest of theirs, 1500 at most',
          )
          .meta({ examples: [1400] }),
      })
      .prefault({})
      .describe('the network that the services talk on'),
    publish: z
      .enum(['host', 'ingress'])
      .default('host')
      .describe(
        '`host`: fronts see the addresses of clients; `ingress`: any node takes connections, and all clients look like one',
      ),
    ports: z
      .array(z.literal(PORTS, `expected some of ${PORTS.join(', ')}`))
      .optional()
      .describe(
        `ports that the fronts open; default: ${DEFAULT_PORTS.join(', ')}, and ${PLAIN_PORTS.join(', ')} with \`tls: { kind: notls }\`; 4190 since 2024.06`,
      )
      .meta({ examples: [[25, 80, 443, 465, 587, 993]] }),
    tls,
    webmail: z
      .enum(['roundcube', 'snappymail', 'rainloop', 'none'])
      .default('none')
      .describe('the web pages that mail is read on'),
    webmailDatabase: z
      .strictObject({ kind: z.enum(['postgresql', 'mysql']).describe('what the server is'), ...external })
      .optional()
      .describe('the database of roundcube; default: a file of its own under ROOT/webmail'),
    antivirus: z
      .boolean()
      .default(false)
      .describe('whether ClamAV looks for viruses; takes 2 GB more memory'),
    webdav: z.boolean().default(false).describe('whether there are calendars and contacts (Radicale)'),
    fetchmail: z.boolean().default(false).describe('whether mail is fetched from accounts elsewhere'),
    oletools: z.boolean().default(false).describe('whether documents are searched for macros'),
    tika: z.boolean().default(false).describe('whether searches find what is in attachments'),
    admin: z
      .strictObject({
        ui: z.boolean().default(true).describe('whether there are pages of administration'),
        account: localPart
          .optional()
          .describe("the local part of the first administrator's address; default: the postmaster")
          .meta({ examples: ['admin'] }),
        password: secretName()
          .optional()
          .describe('a secret: its password when it is made; without it nobody is made')
          .meta({ examples: ['mail-admin'] }),
      })
      .prefault({})
      .describe('the first administrator, and the pages of administration'),
    secretKey: secretName()
      .optional()
      .describe('a secret: the key that Mailu signs with; default: generated once, on a manager')
      .meta({ examples: ['mailu-key'] }),
    database,
    relay: z
      .strictObject({
        host: z
          .string()
          .regex(/^(\[[\w.:-]+\]|[\w.-]+)(:\d+)?$/, 'expected `[smtp.example.net]:587`')
          .describe('its name and port; for a name in brackets no MX record is asked for')
          .meta({ examples: ['[smtp.example.net]:587'] }),
        user: text
          .optional()
          .describe('who logs in to it; without it nobody does')
          .meta({ examples: ['example'] }),
        password: secretName()
          .optional()
          .describe('a secret: the password that it logs in with')
          .meta({ examples: ['relay'] }),
      })
      .optional()
      .describe('all mail to others goes through this host'),
    relayNetworks: z
      .array(z.union([z.cidrv4(), z.cidrv6()]))
      .default([])
      .describe('networks that may send to anybody without logging in')
      .meta({ examples: [['192.0.2.128/25']] }),
    messageSizeLimit: z.int().positive().default(50_000_000).describe('bytes that a message may have'),
    replicas: z
      .partialRecord(z.enum(SERVICES), z.int().min(1).max(16))
      .default({})
      .describe('how many of a service run: of webmail, antivirus, oletools and tika')
      .meta({ examples: [{ antivirus: 2 }] }),
    resources: z
      .partialRecord(
        z.enum(SERVICES),
        z.strictObject({
          limit: amount.optional().describe('what it may take at most'),
          reserve: amount.optional().describe('what a node must have left for it'),
        }),
      )
      .default({})
      .describe('memory and processors of a service, by its name'),
    logging: z
      .strictObject({
        driver: z.string().default('json-file').describe('the log driver of Docker'),
        options: z
          .record(z.string(), z.string())
          .default({})
          .describe('options of the driver')
          .meta({ examples: [{ 'max-size': '10m', 'max-file': '3' }] }),
      })
      .prefault({ options: { 'max-size': '10m', 'max-file': '3' } })
      .describe('where the services log to'),
    variables: z
      .record(z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'expected the name of a variable'), text)
      .default({})
      .describe('further variables of Mailu, as its documentation has them')
      .meta({ examples: [{ MESSAGE_RATELIMIT: '200/day' }] }),
    patience: z.int().min(30).default(900).describe('seconds that the services may take to run'),
  })
  .transform((settings) => ({ ...settings, family: familyOf(settings.version) }))
  .optional()
  .describe('the mail stack; without this section none is deployed');

export const hostSettings = z
  .strictObject({
    front: z.boolean().default(true).describe('whether mail and web clients are served on this host'),
    publicAddresses: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .min(1)
      .optional()
      .describe('addresses that clients reach this front at; default: `address`')
      .meta({ examples: [['198.51.100.11', '2001:db8::11']] }),
  })
  .describe('what the host is for mail');

export type ClusterSettings = z.output<typeof clusterSettings>;
export type Mailu = NonNullable<ClusterSettings>;
export type Settings = z.output<typeof hostSettings>;

/** Ports that the fronts open. */
export function portsOf({ ports, tls, family }: Mailu): readonly Port[] {
  const all = tls.kind === 'notls' ? PLAIN_PORTS : DEFAULT_PORTS;
  return ports ?? all.filter((port) => port !== 4190 || hasSieve({ family }));
}

export interface Facts {
  readonly machine: MachineFacts;
  readonly swarm: SwarmFacts;
  readonly networks: NetworkFacts;
  readonly containers: ContainerFacts;
  readonly listeners: readonly ListenerFact[] | null;
  readonly mailData: MailDataFacts;
  readonly engines: readonly EngineFact[];
  readonly neighbours: NeighbourFacts;
  readonly openFiles: readonly OpenFileFact[];
  /** Files of the certificate on the shared storage. */
  readonly certificate: GivenFileFacts;
}
export interface Others {
  readonly storage: z.output<typeof storageSettings>;
  readonly swarm: z.output<typeof swarmSettings>;
}
export type MailuCluster = Cluster<ClusterSettings, Settings, Facts, Others>;
export type Reached = ReachedHost<Settings, Facts>;
