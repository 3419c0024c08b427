import type { Mailu, Reached, ServiceName } from '../settings/mailu.ts';
import { brickPathOf, type ClusterSettings as StorageSettings } from '../settings/storage.ts';
import { servicesOf } from './deployed.ts';
import { LEASE_FOLDER, type Mount, type Surroundings } from './service.ts';
import { traitsOf } from './service-traits.ts';

/**
 * Directories below which Mailu's services write, so that nobody else may. Beside them others may keep what they like on the shared
 * storage, and with `cert` somebody has to bring the certificate.
 */
export function writtenBelow(mailu: Mailu, root: string): readonly string[] {
  const places = servicesOf(mailu).flatMap((name) =>
    wantedPlaces(name, mailu, root)
      .filter(({ target }) => !isBrought(mailu, target))
      .map(({ source }) => source),
  );
  return [...new Set([...places, `${root}${LEASE_FOLDER}`])].toSorted();
}

/**
 * Where these places are on a host that serves them, without any mount: below the directory that it exports, or in its brick. Who writes
 * there writes the same files.
 */
export function servedBelow(places: readonly string[], storage: StorageSettings): readonly string[] {
  const { kind, root } = storage;
  const top = kind === 'nfs' ? storage.export : kind === 'glusterfs' ? brickPathOf(storage) : undefined;
  if (top === undefined) return [];
  return places
    .filter((place) => place.startsWith(`${root}/`))
    .map((place) => `${top.replace(/\/$/, '')}${place.slice(root.length)}`);
}

/** Whether a host may have what it serves there. */
export function serves({ name, address, facts }: Reached, { kind, server = '' }: StorageSettings): boolean {
  const own = facts.machine.addresses.map(({ cidr }) => cidr.split('/')[0] ?? '');
  return kind === 'glusterfs' || [name, address, facts.machine.hostname, ...own].includes(server);
}

/** Directories that a service of ours writes. */
export const wantedPlaces = (name: ServiceName, mailu: Mailu, root: string): readonly Mount[] =>
  mountsOf(name, mailu, root).filter(({ type, readOnly }) => type === 'bind' && !readOnly);

export const mountsOf = (name: ServiceName, mailu: Mailu, root: string): readonly Mount[] =>
  traitsOf(name, mailu, { root } as Surroundings).mounts;

/** All paths at which a host has a place, as its kernel knows them. */
export const namesOn = ({ facts }: Reached, place: string): readonly string[] =>
  facts.neighbours.names[place] ?? [place];

/** All paths at which these hosts have a place, itself among them. */
export const namesIn = (hosts: readonly Reached[], place: string): readonly string[] => [
  place,
  ...hosts.flatMap((host) => namesOn(host, place)),
];

/** All paths at which a host has these places. */
export const allNamesOn = (host: Reached, places: readonly string[]): readonly string[] => [
  ...new Set(places.flatMap((place) => namesOn(host, place))),
];

const isBrought = ({ tls }: Mailu, target: string) => target === '/certs' && tls.kind !== 'letsencrypt';
