import { OUR_LABELS } from 'provision-swarm';
import { type Mailu, portsOf, type ServiceName } from '../settings/mailu.ts';
import { LEASE, LEASE_MARGIN } from '../storage/options.ts';
import { servicesOf } from './deployed.ts';
import { environmentOf } from './environment.ts';
import { imageOf } from './images.ts';
import {
  bind,
  type ConfigKey,
  FRONT_LABEL,
  LEASE_FOLDER,
  type Service,
  type ServiceTraits,
  type Surroundings,
  WAITING,
} from './service.ts';
import { type GivenSecret, givenSecretsOf } from './service-secrets.ts';
import { traitsOf } from './service-traits.ts';

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

/** Networks of the stack beside Mailu's own: services on them alone are not trusted. Of `internal` ones nothing leads out. */
export function networksOf(mailu: Mailu): readonly { readonly name: string; readonly internal: boolean }[] {
  if (mailu.family.legacy) return [];
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
  const part = traitsOf(name, mailu, around);
  const given = givenSecretsOf(name, around);
  const begins = beginning(name, part, given);
  const { legacy } = mailu.family;
  return {
    name,
    image: imageOf(mailu, name),
    entrypoint: begins.length > 0 ? [...begins.flatMap(({ words }) => words), ...part.command] : undefined,
    hostname: part.hostname,
    environment: {
      ...environmentOf(mailu, name),
      ...Object.fromEntries(
        given.flatMap(({ file, target }) => (file === undefined ? [] : [[file, target]])),
      ),
      ...(part.leased && around.swarm !== undefined
        ? { PROVISION_PLACE: `${around.swarm}.{{.Service.Name}}.{{.Task.Slot}}` }
        : {}),
    },
    mounts: [...part.mounts, ...(part.leased ? [bind(`${around.root}/leases`, LEASE_FOLDER)] : [])],
    secrets: given.map(({ source, target }) => ({ source, target })),
    configs: [...new Set(begins.map(({ config }) => config))].map((config) => ({
      source: config,
      target: programOf(config),
    })),
    networks: legacy ? ['default'] : part.networks,
    ports: name === 'front' ? portsOf(mailu) : [],
    publish: mailu.publish,
    health: healthOf(name, mailu, part),
    grace: part.leased ? LEASE.grace + LEASE_MARGIN : UNLEASED_GRACE,
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

/** Seconds that a service without a lease may take to end. */
const UNLEASED_GRACE = 20;

const programOf = (config: ConfigKey) => `/provision-${config}`;

/** The programs of ours that a container begins with, each with its own words, in their order. */
function beginning(
  name: ServiceName,
  { leased, drained, passes, awaits = [], queue, follows = [], certificates }: ServiceTraits,
  given: readonly GivenSecret[],
): readonly { readonly config: ConfigKey; readonly words: readonly string[] }[] {
  const exported = given.flatMap(({ variable, target }) =>
    variable === undefined ? [] : [`${variable}=${target}`],
  );
  const drain = drained === undefined ? [] : ['--drain', drained.join(' ')];
  const begin = (config: ConfigKey, ...words: string[]) => ({ config, words: [programOf(config), ...words] });
  return [
    ...(leased ? [begin('lease', '--waiting', WAITING, ...drain, `${LEASE_FOLDER}/${name}`)] : []),
    ...(passes === undefined ? [] : [begin('drain', ...passes.map(String), '--')]),
    ...follows.map(({ service, reaction, question }) =>
      begin('follow', ...(question === undefined ? [] : ['--answers', question]), service, reaction),
    ),
    ...(certificates === undefined ? [] : [begin('certificates', ...certificates, '--')]),
    ...(queue === undefined ? [] : [begin('queue', queue)]),
    ...(awaits.length === 0 && exported.length === 0
      ? []
      : [begin('start', ...awaits.flatMap((service) => ['--await', service]), ...exported, '--')]),
  ];
}

/**
 * Seconds between two looks at the health of a service. Swarm gives a task its name only after the first that holds, and images
 * leave it at Docker's 30. Each look starts processes, so only those that somebody waits for are looked at more often.
 */
const INTERVAL = 10;
const SOON = 5;
const AWAITED: ReadonlySet<ServiceName> = new Set(['front', 'admin', 'imap', 'smtp', 'redis']);
const intervalOf = (name: ServiceName) => (AWAITED.has(name) ? SOON : INTERVAL);

/** Seconds without an answer after which a service without a lease is given up. */
const UNANSWERED = 30;

/**
 * Times that one look asks, a second apart, before it says no. Docker does not look again for an interval, and what began a moment
 * after a look would have no name until then. Less than the 30 s that Docker gives a look.
 */
const ASKED = 10;
const times = Array.from({ length: ASKED }, (_, time) => time + 1).join(' ');
const untilHolds = (holds: string) => `for time in ${times}; do { ${holds}; } && exit; sleep 1; done; exit 1`;

/**
 * Whether a container that waits for its lease is healthy: it is, for swarm gives a task its name in DNS only then, and
 * never where the swarm elects a leader before (moby#37535), which is what happens when a node is cut off. What the
 * image itself would ask does not know of the wait, so that the port is looked for instead.
 */
function healthOf(name: ServiceName, mailu: Mailu, part: ServiceTraits): Service['health'] {
  const { legacy } = mailu.family;
  if (legacy && name !== 'front' && name !== 'redis') return 'none';
  const interval = intervalOf(name);
  const look = (seconds: number, each = interval) => ({
    startPeriod: `${part.startPeriod}s`,
    interval: `${interval}s`,
    retries: Math.ceil(seconds / each),
  });
  if (!part.leased) return { test: part.test, ...look(UNANSWERED) };
  const works =
    part.test?.slice(1).join(' ') ?? (part.listens === undefined ? undefined : isListening(part.listens));
  if (works === undefined) return 'none';
  // Its time to start begins when it has the lease, and Docker's when the container starts.
  return {
    test: ['CMD-SHELL', untilHolds(`[ -e ${WAITING} ] || ${works}`)],
    ...look(part.startPeriod, interval + ASKED),
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
