import { isIPv4 } from 'node:net';
import {
  byName,
  dataDirectory,
  isReached,
  membershipOf,
  mount,
  nfsExport,
  packages,
  type Resource,
  service,
} from 'provision-swarm';
import { addressOf, type Reached, type Storage, spellingsOf } from '../settings/storage.ts';
import { EXPORT_OPTIONS, NFS_OPTIONS } from './options.ts';

/** The host of the inventory that is the server, if it is one. */
function serverOf(cluster: Storage) {
  const { server } = cluster.settings;
  return cluster.hosts.find(
    (host) => host.name === server || host.address === server || addressOf(host) === server,
  );
}

/** The host that has the server's address, by any of its names: also one whose export is kept by hand. */
export function hostServing(cluster: Storage) {
  const { server = '' } = cluster.settings;
  return serverOf(cluster) ?? cluster.hosts.find((host) => spellingsOf(host).includes(server));
}

export function software(host: Reached, cluster: Storage): readonly Resource[] {
  const serves = serverOf(cluster)?.name === host.name;
  return [packages({ names: serves ? ['nfs-common', 'nfs-kernel-server'] : ['nfs-common'] })];
}

export function exported(host: Reached, cluster: Storage): readonly Resource[] {
  const path = cluster.settings.export ?? '';
  if (serverOf(cluster)?.name !== host.name) return [];
  return [
    dataDirectory({ path }),
    service({ unit: 'nfs-server.service' }),
    nfsExport({
      path,
      clients: [...cluster.hosts.toSorted(byName).map(addressOf), ...strangers(cluster).addresses],
      keep: strangers(cluster).keep,
      options: [...EXPORT_OPTIONS],
    }),
  ];
}

/**
 * Nodes of the swarm that are no hosts of the inventory: what was taken out of it may run tasks on this storage still. By which address
 * they mount it is not always known, nor who they are where no manager says, so that whoever may mount it goes on.
 */
function strangers({ hosts }: Storage): { readonly addresses: readonly string[]; readonly keep: boolean } {
  const reached = hosts.filter(isReached);
  const nodes = reached.find(({ facts }) => facts.swarm.nodes !== undefined)?.facts.swarm.nodes;
  const ids = new Set(reached.map(({ facts }) => membershipOf({ facts })?.nodeId));
  const spellings = new Set(hosts.flatMap(spellingsOf));
  const others = (nodes ?? []).filter(({ id, address = '' }) => !(ids.has(id) || spellings.has(address)));
  const addresses = others.flatMap(({ address = '' }) => (isIPv4(address) ? [address] : []));
  return { addresses: [...new Set(addresses)].toSorted(), keep: nodes === undefined || others.length > 0 };
}

/** Also on the server: a lock that is taken there has to be the same lock, which a local one is not. */
export function mounted(host: Reached, cluster: Storage, onFailure: string): Resource {
  const { root, server = '', export: path = '', version = '4.2' } = cluster.settings;
  const own = serverOf(cluster);
  const serving = hostServing(cluster);
  return mount({
    where: root,
    what: `${own === undefined ? server : addressOf(own)}:${path}`,
    servers: [
      server,
      ...(serving === undefined ? [] : spellingsOf(serving)),
      ...(serving?.name === host.name ? ['localhost', '127.0.0.1', '::1'] : []),
    ],
    type: 'nfs4',
    options: [...NFS_OPTIONS(version)],
    after: own === undefined ? [] : ['nfs-server.service'],
    onFailure,
    timeout: 180,
  });
}
