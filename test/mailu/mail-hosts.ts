import {
  clusterSettings,
  type Facts,
  type Mailu,
  type MailuCluster,
} from '../../playbooks/mailu/settings.ts';
import type { DatabaseFile, MailDataFacts } from '../../src/facts/index.ts';

/** What a host of a mail server says, as far as a test cares. */
export interface MailHost {
  readonly silent?: boolean;
  readonly databases?: readonly (string | Pick<DatabaseFile, 'path' | 'modified'>)[];
  readonly looked?: readonly string[];
  readonly away?: string;
  readonly service?: Partial<NonNullable<MailDataFacts['service']>>;
  readonly shared?:
    | Partial<Extract<MailDataFacts['shared'], { mounted: boolean }>>
    | { readonly unknown: string };
}

const file = (found: string | Pick<DatabaseFile, 'path' | 'modified'>): DatabaseFile => ({
  bytes: 40960,
  ...(typeof found === 'string' ? { path: found, modified: 1_764_000_000 } : found),
});

const NOTHING = {
  unknown: undefined,
  mounted: true,
  mailboxes: [],
  keys: [],
  folders: ['mail', 'dkim'],
  copies: [],
  copied: undefined,
  begun: false,
  deployed: [],
} as const;

export function mailData({
  databases = [],
  looked = [],
  away,
  service,
  shared = {},
}: MailHost): MailDataFacts {
  return {
    databases: databases.map(file),
    looked,
    away,
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
          } as unknown as Facts),
    })),
  } as unknown as MailuCluster;
}
