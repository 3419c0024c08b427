import type { FileIdentity } from 'provision-swarm';
import type { Reached } from '../settings/mailu.ts';
import { sharedFile } from './accounts-places.ts';

/** A file with accounts, once, by however many paths and on however many hosts it is seen. */
export interface FoundFile {
  /** A host that sees it, and the path that it has there. */
  readonly host: Reached;
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
  readonly seen: readonly Sighting[];
}

export interface Sighting {
  readonly host: Reached;
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
  readonly identity?: FileIdentity | undefined;
}

/** File systems that several hosts may have mounted, as findmnt(8) names them. */
const NETWORK =
  /^(nfs4?|cifs|smb3|ceph|glusterfs|fuse\.(glusterfs|ceph|ceph-fuse|sshfs)|lustre|afs|9p|virtiofs|ocfs2|gfs2|beegfs)$/;

export const isOfNetwork = ({ type }: FileIdentity): boolean => NETWORK.test(type);

/** `first` is looked at before the others: what several hosts see is told as its. */
export function filesOf(sightings: readonly Sighting[], root: string): readonly FoundFile[] {
  const groups: { readonly keys: Set<string>; readonly seen: Sighting[] }[] = [];
  for (const sighting of sightings) {
    const keys = keysOf(sighting, root);
    const same = groups.filter((group) => keys.some((key) => group.keys.has(key)));
    const [group = { keys: new Set<string>(), seen: [] }, ...rest] = same;
    if (same.length === 0) groups.push(group);
    // It may tell that two are one: the host's own number joins two paths, the storage's two hosts.
    for (const other of rest) {
      groups.splice(groups.indexOf(other), 1);
      for (const key of other.keys) group.keys.add(key);
      group.seen.push(...other.seen);
    }
    for (const key of keys) group.keys.add(key);
    group.seen.push(sighting);
  }
  return groups.flatMap(({ seen }) => {
    const [first] = seen;
    return first === undefined ? [] : [{ ...first, seen }];
  });
}

function keysOf({ host, path, identity }: Sighting, root: string): readonly string[] {
  const { shared } = host.facts.mailData;
  const common = path.startsWith(`${root}/`) && shared.unknown === undefined && shared.mounted;
  return [
    `${host.name} ${path}`,
    ...(common ? [`shared ${path}`] : []),
    ...(identity === undefined ? [] : [`${host.name} number ${identity.number}`, ...commonName(identity)]),
  ];
}

/**
 * What a network file system calls a file on every host: devices are numbered by each host for itself, inodes by the server. Servers
 * have several names and addresses, so only what they export is compared: two files that are taken for one are refused as one, and
 * found as two once the first has been brought elsewhere.
 */
function commonName(identity: FileIdentity): readonly string[] {
  const { type, source, number } = identity;
  if (!isOfNetwork(identity)) return [];
  const place = source.replace(/\[.*\]$/, '');
  const exported = /:\/?([^:]*)$/.exec(place)?.[1] ?? place;
  return [`network ${type === 'nfs4' ? 'nfs' : type} ${exported} ${number.split(':').at(-1)}`];
}

/** The hosts that have a file, by name. */
export const hostsOf = ({ seen }: FoundFile) => [
  ...new Map(seen.map(({ host }) => [host.name, host])).values(),
];

/** Whether it has that path on some host. */
export const isAt = ({ seen }: FoundFile, path: string) => seen.some((sighting) => sighting.path === path);

/** Whether more than one host may write it: where the shared storage is, or on another network file system that several have. */
export const isOnSharedStorage = (file: FoundFile, root: string) =>
  isAt(file, sharedFile(root)) || hostsOf(file).length > 1;
