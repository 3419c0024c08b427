import { isIP } from 'node:net';
import type { GlusterFacts } from '../facts/index.ts';
import { byName } from '../resource/index.ts';

/** A host as the rules of GlusterFS need it. */
export interface GlusterHost {
  readonly name: string;
  /** The address that it has, or would get, in the pool. */
  readonly storageAddress: string;
  /** All names and addresses that are this host's own, by the inventory and by its own word. */
  readonly spellings: readonly string[];
  readonly facts: { readonly gluster: GlusterFacts } | undefined;
  onHost(command: string): string;
}

/** A brick of a volume, and the host of the inventory that holds it, if one does. */
export interface HeldBrick<H extends GlusterHost> {
  /** `name:path`, as it was spelt when it was made. */
  readonly brick: string;
  readonly path: string;
  readonly holder: H | undefined;
}

export function pathOf(brick: string): string {
  return brick.slice(brick.indexOf(':/') + 1);
}

function nameOf(brick: string): string {
  return brick.slice(0, brick.indexOf(':/'));
}

/** The number of the replica set that a brick is in. */
export function setOf({ setSize }: { readonly setSize: number }, index: number): number {
  return Math.floor(index / setSize);
}

/** The bricks of a volume, as glusterd gives them, each with the host that holds it. */
export function heldBricks<H extends GlusterHost>(
  hosts: readonly H[],
  volume: string,
  bricks: readonly string[],
): readonly HeldBrick<H>[] {
  return bricks.map((brick) => ({
    brick,
    path: pathOf(brick),
    holder: memberOf(hosts, uuidOf(hosts, volume, brick), [nameOf(brick)]),
  }));
}

/** The bricks of a volume by the files of glusterd, which are there though it does not run. */
export function recordedBricks<H extends GlusterHost>(
  hosts: readonly H[],
  volume: string,
): readonly HeldBrick<H>[] {
  const [records = []] = hosts
    .toSorted(byName)
    .map(({ facts }) => facts?.gluster.recorded.filter((record) => record.volume === volume) ?? [])
    .filter((found) => found.length > 0);
  return heldBricks(
    hosts,
    volume,
    records.map(({ brick }) => brick),
  );
}

/**
 * The host that is this member of a pool. A node keeps its UUID for as long as it is installed, whatever it is called; a host
 * installed anew has another one, or none, and is known by its addresses, and by its name only where that has no address.
 */
export function memberOf<H extends GlusterHost>(
  hosts: readonly H[],
  uuid: string | undefined,
  spellings: readonly string[],
): H | undefined {
  const named = uuid === undefined ? [] : hosts.filter(({ facts }) => facts?.gluster.uuid === uuid);
  if (named.length > 0) return named.length === 1 ? named[0] : undefined;
  const told = hosts.flatMap(({ facts }) => facts?.gluster.peers ?? []);
  const peers = told.filter((peer) => peer.uuid === uuid);
  const names = [...spellings, ...peers.flatMap((peer) => peer.names)];
  const members = new Set(uuid === undefined ? [] : membersWith(hosts, uuid));
  const found = hosts.filter(
    (host) => !members.has(host.facts?.gluster.uuid ?? '') && answersTo(hosts, host, names),
  );
  return found.length === 1 ? found[0] : undefined;
}

/** The UUID by which the pool of `lead` knows this host. */
export function poolIdentity(
  hosts: readonly GlusterHost[],
  host: GlusterHost,
  lead: GlusterHost,
): string | undefined {
  if (host.name === lead.name) return lead.facts?.gluster.uuid;
  return lead.facts?.gluster.peers.find(({ uuid, names }) => memberOf(hosts, uuid, names)?.name === host.name)
    ?.uuid;
}

/** Where the file system was mounted that a brick was made on, by the files of any host that knows the volume. */
export function madeOn(hosts: readonly GlusterHost[], volume: string, brick: string): string | undefined {
  return recordsOf(hosts, volume, brick).find((record) => record.madeOn !== undefined)?.madeOn;
}

/** What glusterd calls a brick, by the files of any host that knows the volume. */
export function brickId(hosts: readonly GlusterHost[], volume: string, brick: string): string | undefined {
  return recordsOf(hosts, volume, brick).find((record) => record.id !== undefined)?.id;
}

function recordsOf(hosts: readonly GlusterHost[], volume: string, brick: string) {
  return hosts
    .flatMap(({ facts }) => facts?.gluster.recorded ?? [])
    .filter((record) => record.volume === volume && record.brick === brick);
}

/** The node that holds a brick, by the files of any host that knows the volume, else by the name of a peer. */
function uuidOf(hosts: readonly GlusterHost[], volume: string, brick: string): string | undefined {
  const recorded = recordsOf(hosts, volume, brick).find(({ uuid }) => uuid !== undefined);
  const peer = hosts
    .flatMap(({ facts }) => facts?.gluster.peers ?? [])
    .find(({ names }) => names.includes(nameOf(brick)));
  return recorded?.uuid ?? peer?.uuid;
}

/** All UUIDs of the pools that have this member. */
function membersWith(hosts: readonly GlusterHost[], uuid: string): readonly string[] {
  return hosts.flatMap(({ facts }) => {
    const pool = [facts?.gluster.uuid, ...(facts?.gluster.peers ?? []).map((peer) => peer.uuid)];
    return pool.includes(uuid) ? pool.filter((member) => member !== undefined) : [];
  });
}

/** Whether any of these names is this host's, as the hosts of the inventory look names up. */
function answersTo(hosts: readonly GlusterHost[], host: GlusterHost, names: readonly string[]): boolean {
  const addresses = names.flatMap((name) => [
    ...(isIP(name) === 0 ? [] : [name]),
    ...hosts.flatMap(({ facts }) => facts?.gluster.resolved[name] ?? []),
  ]);
  const reachable = addresses.filter((address) => !/^127\.|^::1$/.test(address));
  const own = [host.storageAddress, ...host.spellings];
  if (reachable.some((address) => own.includes(address))) return true;
  if (reachable.length > 0 && host.facts !== undefined) return false;
  const called = names.filter((name) => isIP(name) === 0).map(label);
  return own.some((spelling) => isIP(spelling) === 0 && called.includes(label(spelling)));
}

/** The host's part of a name: of `node-1.example.org` it is `node-1`. */
function label(name: string): string {
  return name.toLowerCase().split('.')[0] ?? '';
}
