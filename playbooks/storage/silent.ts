import { byName, type Finding, isReached } from 'provision-swarm';
import type { Storage } from '../settings/storage.ts';
import { decide, type Member, members } from './gluster-site.ts';
import { hostServing } from './nfs.ts';

/** A file system that is mounted and does not answer, and what of its servers is known to be the reason. */
export function inspectSilent(cluster: Storage): readonly Finding[] {
  const { root, kind } = cluster.settings;
  const silent = cluster.hosts
    .filter(isReached)
    .toSorted(byName)
    .flatMap((host) => {
      const mount = host.facts.mounts.find(({ where }) => where === root);
      return mount === undefined || mount.freeBytes !== undefined ? [] : [{ host, mount }];
    });
  const [first] = silent;
  if (first === undefined) return [];
  const cause = kind === 'glusterfs' ? volumeDown(cluster) : undefined;
  if (cause !== undefined)
    return [
      {
        level: 'refuse',
        // As that of the cause that the words of what cannot be looked at name: it is told once, by this.
        code: 'not-connected',
        message: `${cause.what}, so ${root} does not answer on ${silent.map(({ host }) => host.name).join(', ')}. Nothing below it can be looked at, and mail stops until it does`,
        fix: [
          ...cause.fix,
          first.host.onHost(`timeout 10 ls ${root}`),
          'run again once that shows what is there',
        ],
      },
    ];
  const look = whereToLook(cluster);
  return silent.map(({ host, mount }) => ({
    level: 'warn',
    code: 'storage-silent',
    host: host.name,
    message: `${mount.source} is mounted at ${root} and does not answer (${mount.silent}). Nothing below it can be looked at, and mail stops here until its servers answer`,
    fix: [host.onHost(`findmnt --mountpoint ${root}`), look],
  }));
}

interface Cause {
  readonly what: string;
  readonly fix: readonly string[];
}

/** What is down of a volume, the cause before what follows from it: without its peers glusterd stops a brick. */
function volumeDown(cluster: Storage): Cause | undefined {
  const all = members(cluster);
  const decision = decide(all, cluster);
  if (!('bricks' in decision)) return undefined;
  const holders = all.filter(({ name }) => decision.bricks.some(({ holder }) => holder?.name === name));
  const asleep = withDaemon(holders, 'stopped');
  if (asleep.length > 0)
    return {
      what: `glusterd does not run on ${asleep.map(({ name }) => name).join(', ')}`,
      fix: asleep.map((host) => `start it: ${host.onHost('systemctl start glusterd')}`),
    };
  if (decision.kind !== 'exists') return undefined;
  const { name, started, options } = decision.volume;
  if (!started)
    return {
      what: `volume ${name} is stopped`,
      fix: [`start the volume: ${decision.lead.onHost(`gluster --mode=script volume start ${name}`)}`],
    };
  // Without the majority of the pool no brick may be served, and one process can serve several but names its first alone.
  const isMajority = withDaemon(holders, 'running').length > holders.length / 2;
  if (!isMajority || options['cluster.brick-multiplex'] === 'on') return undefined;
  const down = decision.bricks.filter(
    ({ holder, path }) => holder?.facts !== undefined && !holder.facts.gluster.serving.includes(path),
  );
  if (down.length === 0) return undefined;
  const hosts = [...new Set(down.flatMap(({ holder }) => holder ?? []))];
  return {
    what: `volume ${name} is started, and no process serves its ${down.length === 1 ? 'brick' : 'bricks'} ${down.map(({ brick }) => brick).join(', ')}`,
    fix: hosts.map((host) => `have it start its brick: ${host.onHost('systemctl restart glusterd')}`),
  };
}

const withDaemon = (hosts: readonly Member[], state: string) =>
  hosts.filter(({ facts }) => facts?.gluster.daemon === state);

function whereToLook(cluster: Storage): string {
  if (cluster.settings.kind !== 'nfs')
    return 'look on a host of the volume whether its bricks are online: gluster volume status';
  return (
    hostServing(cluster)?.onHost('systemctl status nfs-server') ??
    'look on the NFS server whether it runs: systemctl status nfs-server'
  );
}
