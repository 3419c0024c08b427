import { isIP, isIPv4 } from 'node:net';
import {
  brickId,
  byName,
  dataDirectory,
  directory,
  dropIn,
  file,
  glusterBlame,
  glusterBrick,
  glusterHeal,
  glusterIdentity,
  glusterNames,
  glusterPeer,
  glusterVolume,
  type HeldBrick,
  isConnected,
  isEmptied,
  isSilent,
  isWhole,
  madeOn,
  memberOf,
  mount,
  packages,
  poolIdentity,
  type Resource,
  service,
  setOf,
} from 'provision-swarm';
import { brickPathOf, type Reached, type Storage, setSizeOf, volumeOf } from '../settings/storage.ts';
import { daemonConf, portsForgotten, STATE } from './gluster-daemon.ts';
import { type Member, seen, strangers } from './gluster-site.ts';
import { HELD_OPEN, KEPT_ON, VOLUME_OPTIONS } from './options.ts';

/** What glusterd reads when it starts. */
const DAEMON_CONF = '/etc/glusterfs/glusterd.vol';

/** A node that was installed anew takes its old identity before glusterd makes a new one. */
function identity(all: readonly Member[], self: Member, lead: Member): readonly Resource[] {
  const pool = lead.facts?.gluster;
  const uuid = self.name === lead.name ? undefined : poolIdentity(all, self, lead);
  if (pool?.uuid === undefined || pool.operatingVersion === undefined || uuid === undefined) return [];
  const others = pool.peers
    .filter((peer) => peer.uuid !== uuid)
    .map((peer) => ({
      uuid: peer.uuid,
      address: memberOf(all, peer.uuid, peer.names)?.storageAddress ?? peer.names[0] ?? '',
    }));
  const peers = [{ uuid: pool.uuid, address: lead.storageAddress }, ...others];
  const directory = self.facts?.gluster.daemonOptions['working-directory']?.replaceAll('"', '') ?? STATE;
  return [glusterIdentity({ directory, uuid, operatingVersion: pool.operatingVersion, peers })];
}

export function software(host: Reached, cluster: Storage): readonly Resource[] {
  const { all, decision, self, there, holdsBrick } = seen(host, cluster);
  if (!holdsBrick) return [...names(host, there, cluster), packages({ names: ['glusterfs-client'] })];
  return [
    ...names(host, there, cluster),
    ...(decision.kind === 'exists' ? identity(all, self, decision.lead) : []),
    directory({ path: '/etc/glusterfs' }),
    file({
      path: DAEMON_CONF,
      content: daemonConf(host, all, self, cluster),
    }),
    dropIn({
      unit: 'glusterd.service',
      name: 'provision-ports',
      content: portsForgotten(all, self, cluster),
    }),
    packages({ names: ['glusterfs-server', 'glusterfs-client', 'attr'] }),
  ];
}

/** A volume that was made by names is mounted by names: this host has to know those that it did not look up yet. */
function names(
  host: Reached,
  there: readonly HeldBrick<Member>[],
  { settings }: Storage,
): readonly Resource[] {
  const spelt = there.flatMap(({ brick, holder }) => {
    const name = brick.slice(0, brick.indexOf(':/'));
    const known = isIP(name) !== 0 || (host.facts.gluster.resolved[name]?.length ?? 0) > 0;
    return known || holder === undefined ? [] : [{ name, address: holder.storageAddress }];
  });
  return spelt.length === 0 ? [] : [glusterNames({ volume: volumeOf(settings), names: spelt })];
}

export function daemon(host: Reached, cluster: Storage): readonly Resource[] {
  if (!seen(host, cluster).holdsBrick) return [];
  return [service({ unit: 'glusterd.service', configuration: [DAEMON_CONF] })];
}

/** The lead probes new hosts, and waits for all that answered. A member that did not is no matter of this run. */
export function peers(host: Reached, cluster: Storage): readonly Resource[] {
  const { all, bricks, leads, lead, there } = seen(host, cluster);
  if (!leads || lead === undefined) return [];
  return bricks
    .filter(({ name }) => name !== host.name)
    .flatMap((other) => {
      const uuid = poolIdentity(all, other, lead);
      const isMember = uuid !== undefined || there.some(({ holder }) => holder?.name === other.name);
      if (other.facts === undefined && isMember) return [];
      return [glusterPeer({ address: other.storageAddress, ...(uuid === undefined ? {} : { uuid }) })];
    });
}

/** The whole bricks of a set are told of an emptied one while it is away. */
export function blame(host: Reached, cluster: Storage): readonly Resource[] {
  const { all, decision } = seen(host, cluster);
  if (decision.kind !== 'exists') return [];
  const { volume, bricks } = decision;
  return bricks.flatMap((emptied, index) => {
    if (!isEmptied(emptied, volume.id)) return [];
    const whole = bricks.filter(
      (other, place) =>
        setOf(volume, place) === setOf(volume, index) &&
        other.holder?.facts?.gluster.daemon === 'running' &&
        isWhole(other, volume.id),
    );
    const [first] = whole.toSorted((a, b) => byName(a.holder as Member, b.holder as Member));
    if (first?.holder?.name !== host.name) return [];
    const id = brickId(all, volume.name, emptied.brick) ?? `${volume.name}-client-${index}`;
    return [glusterBlame({ volume: volume.name, brick: emptied.brick, id, own: first.path })];
  });
}

export function brick(host: Reached, cluster: Storage): readonly Resource[] {
  const { all, decision, self, own, holdsBrick } = seen(host, cluster);
  if (!holdsBrick) return [];
  const { settings } = cluster;
  const known = self.facts?.gluster.known[volumeOf(settings)];
  const volumeId = decision.kind === 'exists' ? decision.volume.id : known;
  const allowRootFilesystem = settings.allowRootFilesystem ?? false;
  if (own.length > 0 && volumeId !== undefined)
    return own.map(({ path, brick }) => {
      const mount = madeOn(all, volumeOf(settings), brick);
      return glusterBrick({ path, volumeId, allowRootFilesystem, ...(mount && { madeOn: mount }) });
    });
  const path = brickPathOf(settings);
  return [
    dataDirectory({ path: path.slice(0, path.lastIndexOf('/')) || '/' }),
    // One that is new to a volume must not bear its id yet: that is what `add-brick` refuses.
    glusterBrick({ path, allowRootFilesystem }),
  ];
}

export function volume(host: Reached, cluster: Storage): readonly Resource[] {
  const { all, bricks, decision, there, away, leads } = seen(host, cluster);
  if (!leads) return [];
  const { settings } = cluster;
  const kept = there.filter(({ holder }) => bricks.some(({ name }) => name === holder?.name));
  const unseen =
    decision.kind === 'exists'
      ? there.filter((brick) => isSilent(brick) && isConnected(all, decision.lead, brick))
      : [];
  const added = bricks.filter(({ name }) => !there.some(({ holder }) => holder?.name === name));
  return [
    glusterVolume({
      name: volumeOf(settings),
      setSize: setSizeOf(settings),
      arbiter: settings.arbiter ?? false,
      bricks: [
        ...kept.map(({ brick }) => brick),
        ...added.map(({ storageAddress }) => `${storageAddress}:${brickPathOf(settings)}`),
      ],
      away: [...away],
      unseen: unseen.map(({ brick }) => brick),
      options: VOLUME_OPTIONS,
      keptOn: [...KEPT_ON],
      allow: [...allowed(all, there), ...(settings.clients ?? []), ...strangers(all, decision, cluster)],
      force: settings.allowRootFilesystem ?? false,
    }),
  ];
}

/** Addresses that the hosts come from. Bricks that are reached by another address are reached from another one as well. */
function allowed(all: readonly Member[], there: readonly HeldBrick<Member>[]): readonly string[] {
  const usual = there.every(({ brick, holder }) => brick.startsWith(`${holder?.storageAddress}:/`));
  return all.flatMap(({ storageAddress, spellings }) => [
    storageAddress,
    ...(usual ? [] : spellings.filter((spelling) => isIPv4(spelling))),
  ]);
}

export function heal(host: Reached, cluster: Storage): readonly Resource[] {
  const { leads, away } = seen(host, cluster);
  if (!leads) return [];
  const { settings } = cluster;
  return [
    glusterHeal({
      volume: volumeOf(settings),
      except: [...HELD_OPEN],
      away: [...away],
      setSize: setSizeOf(settings),
    }),
  ];
}

export function mounted(host: Reached, cluster: Storage, onFailure: string): Resource {
  const { all, bricks, self, there, holdsBrick } = seen(host, cluster);
  const name = volumeOf(cluster.settings);
  const others = bricks.filter((other) => other.name !== host.name);
  const [first = self, ...backups] = holdsBrick ? [self, ...others] : others;
  const pool = all.flatMap(({ facts }) => facts?.gluster.peers ?? []);
  const servers = new Set([
    ...bricks.flatMap(({ storageAddress, spellings }) => [storageAddress, ...spellings]),
    ...there.map(({ brick }) => brick.slice(0, brick.indexOf(':/'))),
    ...pool.flatMap(({ names }) => names),
    // Of a host that holds a brick, or is to, the line of fstab(5) may say so before it knows the volume.
    ...(name in host.facts.gluster.known || holdsBrick ? ['localhost', '127.0.0.1', '::1'] : []),
  ]);
  return mount({
    where: cluster.settings.root,
    what: `${first.storageAddress}:/${name}`,
    servers: [...servers].toSorted(),
    type: 'glusterfs',
    shownType: 'fuse.glusterfs',
    options: [
      '_netdev',
      'noatime',
      `backup-volfile-servers=${backups.map(({ storageAddress }) => storageAddress).join(':')}`,
    ],
    after: holdsBrick ? ['glusterd.service'] : [],
    onFailure,
  });
}
