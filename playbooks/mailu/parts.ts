import {
  block,
  byName,
  configVersion,
  contentDigest,
  dataDirectory,
  dockerConfig,
  dockerNetwork,
  dockerSecret,
  dockerSuperseded,
  type Host,
  isReached,
  mailuAccounts,
  membershipOf,
  nodeLabel,
  type Resource,
  type Secret,
  secretVersion,
  template,
} from 'provision-swarm';
import { LEASE } from '../storage/options.ts';
import { ADMIN } from './accounts-places.ts';
import { adminHostOf } from './database.ts';
import {
  CONFIG_KEYS,
  type ConfigKey,
  FRONT_LABEL,
  SECRET_KEYS,
  type SecretKey,
  type Surroundings,
} from './service.ts';
import type { Facts, Mailu, MailuCluster, Reached, Settings } from './settings.ts';

export const STACK = 'mailu';
/** Bytes of the key that is made where the inventory gives none: Mailu asks for 16 random ones. */
const KEY_BYTES = 24;

/** The host that the swarm is asked and told through: a manager with a quorum, or who will be one. */
export function leadOf({ hosts }: MailuCluster): Host<Settings, Facts> | undefined {
  const reached = hosts.filter(isReached).toSorted(byName);
  return reached.find(({ facts }) => facts.swarm.nodes !== undefined) ?? reached[0];
}

/** One host writes what is on the shared storage. */
export const writerOf = ({ hosts }: MailuCluster) => hosts.filter(isReached).toSorted(byName)[0];

export function network(mailu: Mailu, cluster: MailuCluster): readonly Resource[] {
  const { name, subnet, encrypted, mtu } = mailu.network;
  // One that is there keeps its packet size unless the inventory writes one: Docker cannot change it in place.
  const there = leadOf(cluster)?.facts?.networks.docker[name] !== undefined;
  const size = mtu ?? (there ? undefined : smallestMtu(cluster));
  return [
    dockerNetwork({
      name,
      subnet,
      encrypted,
      attachable: true,
      ...(size === undefined ? {} : { mtu: size }),
    }),
  ];
}

/** The packet size that every host's way to the others can carry. */
export function smallestMtu({ hosts }: MailuCluster): number {
  const sizes = hosts.filter(isReached).map(({ address, facts: { machine, networks, swarm } }) => {
    const own = swarm.info?.nodeAddress ?? address;
    const device = machine.addresses.find(({ cidr }) => cidr.split('/')[0] === own)?.device;
    return networks.mtu[device ?? ''] ?? 1500;
  });
  return Math.min(1500, ...sizes);
}

export function labels({ hosts }: MailuCluster): readonly Resource[] {
  return hosts.filter(isReached).map(({ name, settings, facts }) => {
    const nodeId = membershipOf({ facts })?.nodeId;
    return nodeLabel({
      host: name,
      ...(nodeId === undefined ? {} : { nodeId }),
      name: FRONT_LABEL,
      value: settings.front ? 'yes' : null,
      places: ['front'],
    });
  });
}

const DIRECTORIES = [
  'redis',
  'certs',
  'data',
  'data/fetchmail',
  'dkim',
  'mail',
  'mailqueue',
  'filter',
  'dav',
  'webmail',
  'leases',
];
const OVERRIDES = ['nginx', 'dovecot', 'postfix', 'rspamd', 'roundcube', 'snappymail', 'rainloop'];

const dovecotConf = ({ others: { storage } }: MailuCluster) =>
  template(import.meta.url, '../../templates/dovecot.conf.hbs', {
    noBlockingLocks: storage.kind === 'glusterfs',
  });

/** What Mailu finds on the shared storage. Its services take these for their own, so only that they exist is kept. */
export function directories(cluster: MailuCluster): readonly Resource[] {
  const { root } = cluster.others.storage;
  return [
    ...[...DIRECTORIES, 'overrides', ...OVERRIDES.map((name) => `overrides/${name}`)].map((name) =>
      dataDirectory({ path: `${root}/${name}` }),
    ),
    block({
      path: `${root}/overrides/dovecot/dovecot.conf`,
      content: dovecotConf(cluster),
    }),
  ];
}

/** Secrets by what they are for: a value, or how many random bytes make one. */
function secretsOf(
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

const named = (key: string) => `${STACK}_${key}`;

/** Seconds between two looks, and after a Dovecot that did not begin; files of the image (core/nginx; Dovecot's base_dir). */
const CERTIFICATES = {
  interval: 2,
  pause: 10,
  nginx: '/run/nginx.pid',
  dovecot: '/run/dovecot/master.pid',
  configuration: '/etc/dovecot/proxy.conf',
};

/**
 * Seconds that messages on their way through a front may take when it ends. As long as it drains, nobody who knows one front alone is served.
 */
const FRONT_DRAIN = 8;

const CONFIGS: Readonly<Record<ConfigKey, () => string>> = {
  lease: () => template(import.meta.url, '../../templates/lease.sh.hbs', LEASE),
  drain: () => template(import.meta.url, '../../templates/drain.sh.hbs', { drain: FRONT_DRAIN }),
  start: () => template(import.meta.url, '../../templates/start.sh.hbs', {}),
  queue: () => template(import.meta.url, '../../templates/queue.sh.hbs', {}),
  follow: () => template(import.meta.url, '../../templates/follow.sh.hbs', { interval: 2 }),
  certificates: () => template(import.meta.url, '../../templates/certificates.sh.hbs', CERTIFICATES),
};
const configs = () => CONFIG_KEYS.map((key) => [key, { name: named(key), content: CONFIGS[key]() }] as const);

export function objects(mailu: Mailu, cluster: MailuCluster): readonly Resource[] {
  return [
    ...[...secretsOf(mailu, cluster)].map(([key, value]) => dockerSecret({ name: named(key), value })),
    ...configs().map(([, config]) => dockerConfig(config)),
  ];
}

/** What the stack no longer uses, once it has been deployed without it. */
export function superseded(mailu: Mailu, cluster: MailuCluster): readonly Resource[] {
  const secrets = secretsOf(mailu, cluster);
  return [
    ...SECRET_KEYS.map((key) => {
      const value = secrets.get(key);
      const keep = value === undefined ? undefined : secretVersion({ name: named(key), value });
      return dockerSuperseded({
        object: 'secret',
        name: named(key),
        ...(keep === undefined ? {} : { keep }),
      });
    }),
    ...configs().map(([, config]) =>
      dockerSuperseded({ object: 'config', name: config.name, keep: configVersion(config) }),
    ),
  ];
}

/**
 * Mailu's accounts, through the host that runs admin. While none does, every host that might is looked at.
 */
export function accounts(mailu: Mailu, cluster: MailuCluster, host: Reached): readonly Resource[] {
  const reached = cluster.hosts.filter(isReached);
  const running = reached.filter(({ facts }) => facts.containers.includes(ADMIN));
  const places = running.length > 0 ? running : reached;
  if (!places.some(({ name }) => name === host.name)) return [];
  const { password, account } = mailu.admin;
  return [
    mailuAccounts({
      service: ADMIN,
      domain: mailu.domain,
      postmaster: mailu.postmaster,
      mailboxes:
        host.facts.mailData.shared.unknown === undefined ? [...host.facts.mailData.shared.mailboxes] : [],
      ...(password === undefined
        ? {}
        : {
            administrator: { localPart: account ?? mailu.postmaster, password: cluster.secret(password) },
          }),
    }),
  ];
}

export function surroundings(mailu: Mailu, cluster: MailuCluster): Surroundings {
  const admin = adminHostOf(mailu, cluster);
  return {
    root: cluster.others.storage.root,
    secrets: Object.fromEntries(
      [...secretsOf(mailu, cluster)].map(([key, value]) => [key, secretVersion({ name: named(key), value })]),
    ),
    configs: Object.fromEntries(
      configs().map(([key, config]) => [key, configVersion(config)]),
    ) as Surroundings['configs'],
    adminNode: admin?.facts?.machine.hostname ?? admin?.name,
    dovecotSettings: contentDigest(dovecotConf(cluster)),
    swarm: cluster.hosts
      .filter(isReached)
      .map(({ facts }) => membershipOf({ facts })?.clusterId)
      .find((id) => id !== undefined),
  };
}
