import { byName, type Finding, isReached, type MailDataFacts } from 'provision-swarm';
import type { MailuCluster, Reached } from '../settings/mailu.ts';
import { type FoundFile, filesOf } from './accounts-files.ts';

export type MailuHost = MailuCluster['hosts'][number];

/** What stands against a run. */
export type Problem = Omit<Finding, 'level'>;

/** Everything about the accounts that the hosts show. */
export interface Seen {
  readonly root: string;
  /** The host that the inventory names for them, if it names one. */
  readonly wanted: string | undefined;
  /** By name. */
  readonly hosts: readonly MailuHost[];
  readonly reached: readonly Reached[];
  readonly silent: readonly MailuHost[];
  /** One that the swarm can be told through, where one is. */
  readonly manager: MailuHost | undefined;
  readonly service: MailDataFacts['service'];
  /** Each file once: what is on shared storage is seen by all. */
  readonly files: readonly FoundFile[];
}

export function look({ hosts: given, others, settings }: MailuCluster): Seen {
  const { root } = others.storage;
  const wanted = settings?.database.kind === 'sqlite' ? settings.database.host : undefined;
  const hosts = given.toSorted(byName);
  const reached = hosts.filter(isReached);
  // What several see is brought where the inventory wants it, by the host that it wants it on.
  const first = reached.toSorted((a, b) => Number(b.name === wanted) - Number(a.name === wanted));
  const sightings = first.flatMap((host) => host.facts.mailData.databases.map((file) => ({ host, ...file })));
  return {
    root,
    wanted,
    hosts,
    reached,
    silent: hosts.filter((host) => !isReached(host)),
    manager: reached.find(({ facts }) => facts.swarm.nodes !== undefined),
    service: reached.flatMap(({ facts }) => facts.mailData.service ?? [])[0],
    files: filesOf(sightings, root),
  };
}

export function shared({ facts }: Reached) {
  const { shared: seen } = facts.mailData;
  return seen.unknown === undefined ? seen : undefined;
}

/** The hosts that could not look at the shared storage, and why. */
export function unableOf({ reached }: Seen): readonly { readonly host: Reached; readonly why: string }[] {
  return reached.flatMap((host) => {
    const { unknown: why } = host.facts.mailData.shared;
    return why === undefined ? [] : [{ host, why }];
  });
}

/** A host on which accounts may be on a disk that is not there now. */
export const withDiskAway = ({ reached }: Seen) =>
  reached.find(({ facts }) => facts.mailData.away !== undefined);

/** `said` is what that means for the accounts; why the disk is away is added. */
export const diskAway = (host: Reached, said: string): Problem => ({
  code: 'database-not-looked-for',
  host: host.name,
  message: `${said}. ${host.facts.mailData.away}`,
  fix: [host.onHost('findmnt --verify; lsblk -f')],
});

export const bringBack = (hosts: readonly MailuHost[]) =>
  `bring ${namesOf(hosts)} back and run again. Remove a host from the inventory only if it is gone for good`;

export function isOf(host: MailuHost, node: string): boolean {
  return (host.facts?.machine.hostname ?? host.name) === node || host.name === node;
}

/** Nodes of the swarm that are no host of the inventory: nobody asks them. */
export function unlistedNodes(hosts: readonly MailuHost[]): readonly string[] {
  const reached = hosts.filter(isReached);
  const nodes = reached.find(({ facts }) => facts.swarm.nodes !== undefined)?.facts.swarm.nodes ?? [];
  const ids = reached.map(({ facts }) => facts.swarm.info?.nodeId);
  const isListed = ({ id, hostname }: (typeof nodes)[number]) =>
    ids.includes(id) || hosts.some((host) => isOf(host, hostname));
  return nodes.filter((node) => !isListed(node)).map(({ hostname }) => hostname);
}

export const when = (seconds: number) =>
  new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
export const describe = ({ host, path, bytes, modified }: Omit<FoundFile, 'seen'>) =>
  `${path} on ${host.name} (${bytes} bytes, last written ${when(modified)} UTC)`;

export const namesOf = (hosts: readonly MailuHost[]) => hosts.map(({ name }) => name).join(', ');

/** Seconds by which the clocks of two hosts may differ. */
export const CLOCKS = 60;

/** The newest copy, and a host that sees it. One that is from the future was made while a clock was wrong: each that is not comes before it. */
export function newestCopy({ reached }: Seen) {
  const copies = reached.flatMap((host) =>
    (shared(host)?.copies ?? []).map((copy) => ({
      host,
      ahead: Number(copy.modified > host.facts.machine.clock + CLOCKS),
      ...copy,
    })),
  );
  return copies.toSorted((a, b) => b.ahead - a.ahead || a.modified - b.modified).at(-1);
}

/** What on the shared storage says that there were accounts once. */
export function tracesOf(seen: Seen): readonly string[] {
  const views = seen.reached.flatMap((host) => shared(host) ?? []);
  const mailboxes = [...new Set(views.flatMap((view) => view.mailboxes))];
  const keys = [...new Set(views.flatMap((view) => view.keys))];
  const copy = newestCopy(seen);
  return [
    ...(mailboxes.length === 0 ? [] : [`mail of ${mailboxes.join(', ')}`]),
    ...(keys.length === 0 ? [] : [`the DKIM keys ${keys.join(', ')}`]),
    ...(copy === undefined ? [] : [`a copy of the accounts of ${when(copy.modified)} UTC`]),
  ];
}

/** Where a run has left accounts, by the record that it keeps on each host. */
export const recordsOf = ({ reached }: Seen) =>
  reached.flatMap((host) => host.facts.mailData.recorded.map((path) => ({ host, path })));

/** What a running administration is told of its database. */
export function flavorOf(service: NonNullable<Seen['service']>): { kind: string; at: string } {
  const {
    DB_FLAVOR: flavor,
    DB_HOST: host = '',
    DB_NAME: name = 'mailu',
    SQLALCHEMY_DATABASE_URI: uri,
  } = service.environment;
  if (flavor !== undefined && flavor !== 'sqlite') return { kind: flavor, at: `${name} at ${host}` };
  const [scheme = '', rest = ''] = (uri ?? 'sqlite:').split('://');
  const kind = /^(postgres|mysql)/.exec(scheme)?.[1];
  if (kind === undefined) return { kind: 'sqlite', at: '' };
  const [place = '', database = ''] = rest.replace(/^[^@]*@/, '').split('/');
  return { kind: kind === 'postgres' ? 'postgresql' : kind, at: `${database} at ${place}` };
}
