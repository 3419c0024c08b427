import {
  clusterSettings,
  type Facts,
  type Mailu,
  type MailuCluster,
} from '../../playbooks/settings/mailu.ts';
import type {
  AdminContainer,
  ContainerFact,
  DatabaseFile,
  MailDataFacts,
  ServiceFact,
} from '../../src/facts/index.ts';

/** What a host of a mail server says, as far as a test cares. */
export interface MailHost {
  readonly silent?: boolean;
  readonly databases?: readonly (string | Found)[];
  readonly recorded?: readonly string[];
  readonly looked?: readonly string[];
  readonly strays?: readonly string[];
  readonly away?: string;
  readonly mailAway?: string;
  /** Containers of the administration. */
  readonly containers?: readonly Partial<AdminContainer>[];
  readonly engine?: MailDataFacts['engine'];
  /** Other containers that run. */
  readonly others?: readonly Partial<ContainerFact>[];
  /** Of the swarm, as a manager lists them. */
  readonly services?: readonly Partial<ServiceFact>[];
  readonly service?: Partial<NonNullable<MailDataFacts['service']>>;
  readonly shared?:
    | Partial<Extract<MailDataFacts['shared'], { mounted: boolean }>>
    | { readonly unknown: string };
}

type Found = Pick<DatabaseFile, 'path' | 'identity'> & Partial<DatabaseFile>;

const file = (found: string | Found): DatabaseFile => ({
  bytes: 40960,
  modified: 1_764_000_000,
  ...(typeof found === 'string' ? { path: found } : found),
});

/** Of a container, as Docker makes them. */
export const ID = `${'0123456789ab'}${'0'.repeat(52)}`;

const NOTHING = {
  unknown: undefined,
  mounted: true,
  mailboxes: [],
  keys: [],
  folders: ['mail', 'dkim'],
  copies: [],
  copied: undefined,
  begun: false,
  overrides: [],
  deployed: [],
} as const;

export function mailData({
  databases = [],
  recorded = [],
  looked = [],
  strays = [],
  away,
  mailAway,
  containers = [],
  engine = 'asked',
  service,
  shared = {},
}: MailHost): MailDataFacts {
  return {
    databases: databases.map(file),
    recorded,
    looked,
    strays,
    away,
    mailAway,
    containers: containers.map((container) => ({
      id: ID,
      running: true,
      data: undefined,
      inside: false,
      ...container,
    })),
    engine,
    shared:
      'unknown' in shared && shared.unknown !== undefined
        ? { unknown: shared.unknown }
        : { ...NOTHING, ...shared },
    service:
      service === undefined
        ? undefined
        : {
            environment: {},
            data: '/var/lib/mailu/data',
            node: undefined,
            image: 'admin:2024.06',
            ...service,
          },
  };
}

export const mailuSettings = (section: object = {}) =>
  clusterSettings.parse({ domain: 'example.org', hostnames: ['mail.example.org'], ...section }) as Mailu;

const other = (container: Partial<ContainerFact>): ContainerFact => ({
  engine: 'docker',
  name: 'other',
  image: 'other',
  running: true,
  returns: true,
  project: undefined,
  service: undefined,
  keeps: [],
  fleeting: false,
  ports: [],
  mounts: [],
  ...container,
});

/** A cluster as the playbook of Mailu sees it. */
export function mailCluster(
  hosts: Readonly<Record<string, MailHost>>,
  section: object = {},
  consents: MailuCluster['consents'] = new Set(),
): MailuCluster {
  return {
    name: 'mail',
    settings: mailuSettings(section),
    others: { storage: { kind: 'glusterfs', root: '/mailu', minFree: 1 }, swarm: { networks: {} } },
    consents,
    secret: () => {
      throw new Error('no secret is needed here');
    },
    hosts: Object.entries(hosts).map(([name, host]) => ({
      name,
      address: `192.0.2.${name.replace(/\D/g, '')}`,
      settings: { front: true },
      ahead: undefined,
      onHost: (command: string) => `${name}$ ${command}`,
      facts: host.silent
        ? undefined
        : ({
            machine: { hostname: name, clock: 1_764_000_600, addresses: [], routes: [] },
            networks: { mtu: {}, docker: {} },
            swarm: {},
            containers: [],
            listeners: [],
            engines: [],
            mailData: mailData(host),
            neighbours: {
              containers: (host.others ?? []).map(other),
              former: [],
              names: {},
              services: host.services ?? [],
            },
            openFiles: [],
            certificate: {},
          } as unknown as Facts),
    })),
  } as unknown as MailuCluster;
}
