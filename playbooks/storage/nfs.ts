import { byName, directory, mount, nfsExport, packages, type Resource, service } from 'provision';
import { EXPORT_OPTIONS, NFS_OPTIONS } from './options.ts';
import { addressOf, type Reached, type Storage, spellingsOf } from './settings.ts';

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
    directory({ path }),
    service({ unit: 'nfs-server.service' }),
    nfsExport({
      path,
      clients: cluster.hosts.toSorted(byName).map(addressOf),
      options: [...EXPORT_OPTIONS],
    }),
  ];
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
