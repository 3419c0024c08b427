import {
  brickOf,
  decideGluster,
  directory,
  type Finding,
  file,
  type Gate,
  type GlusterHost,
  glusterBlame,
  glusterBrick,
  glusterHeal,
  glusterIdentity,
  glusterPeer,
  glusterVolume,
  inspectGluster,
  isEmptied,
  mount,
  packages,
  pathOf,
  poolIdentity,
  type Resource,
  service,
  sh,
  template,
} from 'provision';
import { VOLUME_OPTIONS } from './options.ts';
import {
  addressOf,
  brickPathOf,
  type Reached,
  type Storage,
  type StorageHost,
  setSizeOf,
  volumeOf,
} from './settings.ts';

type Member = StorageHost & GlusterHost;

/** What glusterd reads when it starts. */
const DAEMON_CONF = '/etc/glusterfs/glusterd.vol';
/** Where bricks had their ports before 3.4; no system gives these to connections of its own. */
const FIRST_PORT = 24009;

/** Written into by name: options that depend on who is in the inventory. */
function members(cluster: Storage): readonly Member[] {
  return cluster.hosts.map((host) => ({ ...host, storageAddress: addressOf(host) }));
}

/** The hosts with bricks, in the order of their sets: those that have one, then those that the inventory asks for. */
export function brickHosts(cluster: Storage): readonly Member[] {
  const all = members(cluster);
  const decision = decideGluster(all, volumeOf(cluster.settings));
  const asked = all.filter(({ settings }) => settings.brick === true);
  const there = decision.kind === 'exists' ? decision.volume.bricks : [];
  const holding = there.flatMap((brick) =>
    all.filter(({ storageAddress }) => brick.startsWith(`${storageAddress}:`)),
  );
  if (asked.length > 0)
    return [
      ...holding.filter((host) => asked.includes(host)),
      ...asked.filter((host) => !holding.includes(host)),
    ];
  if (holding.length > 0) return holding;
  return all.filter(({ settings }) => settings.brick !== false).slice(0, setSizeOf(cluster.settings));
}

function seen(host: Reached, cluster: Storage) {
  const all = members(cluster);
  const bricks = brickHosts(cluster);
  const decision = decideGluster(all, volumeOf(cluster.settings));
  const self = all.find(({ name }) => name === host.name) as Member;
  const lead = decision.kind === 'exists' || decision.kind === 'asleep' ? decision.lead : bricks[0];
  return {
    all,
    bricks,
    decision,
    self,
    lead,
    holdsBrick: bricks.some(({ name }) => name === host.name),
    leads: lead?.name === host.name,
  };
}

export function inspect(cluster: Storage): readonly Finding[] {
  return inspectGluster(members(cluster), volumeOf(cluster.settings));
}

/** A node that was installed anew takes its old identity before glusterd makes a new one. */
function identity(self: Member, lead: Member): readonly Resource[] {
  const pool = lead.facts?.gluster;
  const uuid = poolIdentity(self, lead);
  if (pool?.uuid === undefined || pool.operatingVersion === undefined || uuid === undefined) return [];
  const others = pool.peers
    .filter((peer) => peer.uuid !== uuid)
    .map((peer) => ({ uuid: peer.uuid, address: peer.names[0] ?? '' }));
  const peers = [{ uuid: pool.uuid, address: lead.storageAddress }, ...others];
  return [glusterIdentity({ uuid, operatingVersion: pool.operatingVersion, peers })];
}

export function software(host: Reached, cluster: Storage): readonly Resource[] {
  const { decision, self, holdsBrick } = seen(host, cluster);
  if (!holdsBrick) return [packages({ names: ['glusterfs-client'] })];
  const volumes = new Set([...Object.keys(host.facts.gluster.known), volumeOf(cluster.settings)]);
  const ports = { first: FIRST_PORT, last: FIRST_PORT + volumes.size - 1 };
  return [
    ...(decision.kind === 'exists' ? identity(self, decision.lead) : []),
    directory({ path: '/etc/glusterfs' }),
    file({
      path: DAEMON_CONF,
      content: template(import.meta.url, '../../templates/glusterd.vol.hbs', ports),
    }),
    packages({ names: ['glusterfs-server', 'glusterfs-client', 'attr'] }),
  ];
}

export function daemon(host: Reached, cluster: Storage): readonly Resource[] {
  if (!seen(host, cluster).holdsBrick) return [];
  return [service({ unit: 'glusterd.service', configuration: [DAEMON_CONF] })];
}

/** One glusterd that starts knows no peer yet, and would stop the bricks of all if all started at once. */
export function peersConnected(host: Reached): Gate {
  return {
    title: 'glusterd sees all of its peers',
    on: host.name,
    patience: 120,
    probe: {
      script: sh`
        command -v gluster >/dev/null || exit 0
        peers=$(timeout 20 gluster --mode=script peer status) || exit 1
        printf '%s\n' "$peers" | grep -c '(Disconnected)'
        exit 0`,
      parse: ({ code, stdout }) => {
        if (code !== 0) return 'glusterd does not answer';
        const missing = Number(stdout);
        return missing === 0 || `${missing} of them not connected`;
      },
    },
  };
}

/** The lead probes new hosts, and waits for all. */
export function peers(host: Reached, cluster: Storage): readonly Resource[] {
  const { bricks, leads } = seen(host, cluster);
  if (!leads) return [];
  return bricks
    .filter(({ name }) => name !== host.name)
    .map((other) => glusterPeer({ address: other.storageAddress }));
}

/** The whole bricks are told of an emptied one while it is away. */
export function blame(host: Reached, cluster: Storage): readonly Resource[] {
  const { all, decision, self, leads } = seen(host, cluster);
  if (decision.kind !== 'exists' || !leads) return [];
  const { volume } = decision;
  const own = brickOf(self, volume);
  return volume.bricks.flatMap((brick, index) => {
    const holder = all.find(({ storageAddress }) => brick.startsWith(`${storageAddress}:`));
    if (holder === undefined || own === undefined || !isEmptied(holder, volume)) return [];
    return [glusterBlame({ volume: volume.name, brick, index, own: pathOf(own) })];
  });
}

export function brick(host: Reached, cluster: Storage): readonly Resource[] {
  const { decision, self, holdsBrick } = seen(host, cluster);
  if (!holdsBrick) return [];
  const volume = decision.kind === 'exists' ? decision.volume : undefined;
  const known = self.facts?.gluster.known[volumeOf(cluster.settings)];
  const own = volume === undefined ? undefined : brickOf(self, volume);
  const path = own === undefined ? brickPathOf(cluster.settings) : pathOf(own);
  // One that is new to a volume must not bear its id yet: that is what `add-brick` refuses.
  const volumeId = volume === undefined ? known : own && volume.id;
  return [
    directory({ path: path.slice(0, path.lastIndexOf('/')) || '/' }),
    glusterBrick({
      path,
      ...(volumeId === undefined ? {} : { volumeId }),
      allowRootFilesystem: cluster.settings.allowRootFilesystem ?? false,
    }),
  ];
}

export function volume(host: Reached, cluster: Storage): readonly Resource[] {
  const { all, bricks, decision, leads } = seen(host, cluster);
  if (!leads) return [];
  const { settings } = cluster;
  const there = decision.kind === 'exists' ? decision.volume.bricks : [];
  const wanted = bricks.map(
    (member) =>
      there.find((one) => one.startsWith(`${member.storageAddress}:`)) ??
      `${member.storageAddress}:${brickPathOf(settings)}`,
  );
  return [
    glusterVolume({
      name: volumeOf(settings),
      setSize: setSizeOf(settings),
      arbiter: settings.arbiter ?? false,
      bricks: wanted,
      options: { ...VOLUME_OPTIONS, 'auth.allow': all.map(({ storageAddress }) => storageAddress).join(',') },
      force: settings.allowRootFilesystem ?? false,
    }),
  ];
}

export function heal(host: Reached, cluster: Storage): readonly Resource[] {
  return seen(host, cluster).leads
    ? [glusterHeal({ volume: volumeOf(cluster.settings), except: ['/leases'] })]
    : [];
}

export function mounted(host: Reached, cluster: Storage, onFailure: string): Resource {
  const { bricks, self, holdsBrick } = seen(host, cluster);
  const name = volumeOf(cluster.settings);
  const others = bricks.filter((other) => other.name !== host.name);
  const [first = self, ...backups] = holdsBrick ? [self, ...others] : others;
  const what = (member: Member) => `${member.storageAddress}:/${name}`;
  return mount({
    where: cluster.settings.root,
    what: what(first),
    same: backups.map(what),
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
