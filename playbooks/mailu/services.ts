import { OUR_LABELS } from 'provision';
import { environmentOf } from './environment.ts';
import { imageOf } from './images.ts';
import { FRONT_LABEL, LEASE_FOLDER, type Service, type Surroundings, WAITING } from './service.ts';
import { bind, type Part, partOf } from './service-parts.ts';
import { secretsOf } from './service-secrets.ts';
import type { Mailu, ServiceName } from './settings.ts';
import { familyOf } from './version.ts';

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
          ...(part.leased ? ['/provision-lease', '--waiting', WAITING, `${LEASE_FOLDER}/${name}`] : []),
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
    health: healthOf(name, mailu, part),
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

/** Seconds between two looks at the health of a service that runs under a lease. */
const INTERVAL = 10;

/**
 * Whether a container that waits for its lease is healthy: it is, for swarm gives a task its name in DNS only then, and
 * never where the swarm elects a leader before (moby#37535), which is what happens when a node is cut off. What the
 * image itself would ask does not know of the wait, so that the port is looked for instead.
 */
function healthOf(name: ServiceName, mailu: Mailu, part: Part): Service['health'] {
  const { legacy } = familyOf(mailu.version);
  if (legacy && name !== 'front' && name !== 'redis') return 'none';
  const startPeriod = `${part.startPeriod}s`;
  if (!part.leased) return { test: part.test, startPeriod, interval: undefined, retries: undefined };
  const works =
    part.test?.slice(1).join(' ') ?? (part.listens === undefined ? undefined : isListening(part.listens));
  if (works === undefined) return 'none';
  // Its time to start begins when it has the lease, and Docker's when the container starts.
  const retries = Math.ceil(part.startPeriod / INTERVAL);
  return {
    test: ['CMD-SHELL', `[ -e ${WAITING} ] || ${works}`],
    startPeriod,
    interval: `${INTERVAL}s`,
    retries,
  };
}

/** By what the kernel says (proc(5)), for which no image lacks a program. */
function isListening(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return `cat /proc/net/tcp* | grep -q ':${hex} 0*:0000 0A'`;
}

const amount = (value: { memory?: string | undefined; cpus?: number | undefined } | undefined) =>
  value === undefined
    ? undefined
    : { memory: value.memory, cpus: value.cpus === undefined ? undefined : String(value.cpus) };
