import { OUR_LABELS } from 'provision';
import { environmentOf } from './environment.ts';
import { imageOf } from './images.ts';
import { FRONT_LABEL, LEASE_FOLDER, type Service, type Surroundings } from './service.ts';
import { bind, partOf } from './service-parts.ts';
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
