import type { Finding } from '../errors/index.ts';
import type { GlusterVolume } from '../facts/index.ts';
import { byName } from '../resource/index.ts';
import { isWhole } from './brick-state.ts';
import { type GlusterHost, type HeldBrick, heldBricks, recordedBricks } from './gluster-pool.ts';
import { lostVolume } from './lost-volume.ts';

/** What is to be done about the volume, from the words of all hosts and never from their order. */
export type GlusterDecision<H extends GlusterHost> =
  /** A daemon that runs knows the volume. */
  | {
      readonly kind: 'exists';
      readonly lead: H;
      readonly volume: GlusterVolume;
      readonly bricks: readonly HeldBrick<H>[];
    }
  /** Hosts know the volume by their files, and no daemon with a whole brick runs. */
  | { readonly kind: 'asleep'; readonly lead: H; readonly bricks: readonly HeldBrick<H>[] }
  | { readonly kind: 'create' }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] };

/** A volume that glusterd makes for itself (cluster.enable-shared-storage). */
const GLUSTERS_OWN = 'gluster_shared_storage';

/** `beside`: volumes of these hosts, and paths of bricks that no host knows, that are known not to be meant. */
export function decideGluster<H extends GlusterHost>(
  given: readonly H[],
  name: string,
  beside: readonly string[] = [],
): GlusterDecision<H> {
  const hosts = given.toSorted(byName);
  const refused =
    damaged(hosts, name) ??
    twoVolumes(hosts, name) ??
    unseen(hosts, name) ??
    anotherVolume(hosts, name, beside);
  const findings = refused === undefined ? lostVolume(hosts, name, beside) : [refused];
  if (findings.length > 0) return { kind: 'refused', findings };
  const knowing = hosts.filter(({ facts }) => facts?.gluster.known[name] !== undefined);
  const [first] = knowing;
  if (first === undefined) return { kind: 'create' };
  const running = knowing.flatMap((host) => {
    const volume = host.facts?.gluster.volumes.find((other) => other.name === name);
    if (volume === undefined || host.facts?.gluster.daemon !== 'running') return [];
    const bricks = heldBricks(hosts, name, volume.bricks);
    const own = bricks.filter(({ holder }) => holder?.name === host.name);
    if (own.some((brick) => !isWhole(brick, volume.id))) return [];
    return [{ lead: host, volume, bricks, holds: own.length > 0 }];
  });
  const best = running.find(({ holds }) => holds) ?? running[0];
  if (best !== undefined)
    return { kind: 'exists', lead: best.lead, volume: best.volume, bricks: best.bricks };
  const bricks = recordedBricks(hosts, name);
  const whole = bricks.find(
    (brick) =>
      brick.holder !== undefined &&
      knowing.includes(brick.holder) &&
      isWhole(brick, brick.holder.facts?.gluster.known[name] ?? ''),
  );
  return { kind: 'asleep', lead: whole?.holder ?? first, bricks };
}

/** glusterd's file of the volume is there and empty, as a machine may leave it that has lost its power: that is no other volume. */
function damaged(hosts: readonly GlusterHost[], name: string): Finding | undefined {
  const host = hosts.find(({ facts }) => facts?.gluster.known[name] === '');
  if (host === undefined) return undefined;
  return {
    level: 'refuse',
    code: 'volume-file-damaged',
    host: host.name,
    message: `its glusterd has a file of volume ${name} that does not say which volume it is. The file is damaged, and glusterd does not start with it; the bricks are not touched by that`,
    fix: [
      host.onHost(`ls -l /var/lib/glusterd/vols/${name}; journalctl --no-pager -n 20 -u glusterd`),
      `Stop glusterd on ${host.name}, move its folder vols/${name} to another place, put the one of another host of the volume there, and run again.`,
    ],
  };
}

function twoVolumes(hosts: readonly GlusterHost[], name: string): Finding | undefined {
  const knowing = hosts.filter(({ facts }) => facts?.gluster.known[name] !== undefined);
  const ids = [...new Set(knowing.map(({ facts }) => facts?.gluster.known[name] ?? ''))];
  if (ids.length < 2) return undefined;
  const who = ids.map(
    (id) =>
      `${id} on ${knowing
        .filter(({ facts }) => facts?.gluster.known[name] === id)
        .map((host) => host.name)
        .join(', ')}`,
  );
  return {
    level: 'refuse',
    code: 'two-volumes',
    message: `there are two volumes of the name ${name}: ${who.join('; ')}. Find out which one has your mail, and take the hosts of the other one out of the inventory`,
    fix: knowing.map((host) => host.onHost(`gluster volume info ${name}`)),
  };
}

/** Nobody who answered knows the volume, and somebody did not answer. */
function unseen(hosts: readonly GlusterHost[], name: string): Finding | undefined {
  const silent = hosts.filter(({ facts }) => facts === undefined).map((host) => host.name);
  if (silent.length === 0 || hosts.some(({ facts }) => facts?.gluster.known[name] !== undefined))
    return undefined;
  return {
    level: 'refuse',
    code: 'silent-brick',
    message: `no volume ${name} was seen, and ${silent.join(', ')} did not answer: it may hold the volume, and a second one must never be made`,
    fix: [`bring ${silent.join(', ')} back, then run again`],
  };
}

/** The volume is nowhere, and these hosts have one of another name: it may be the one that has the mail. */
function anotherVolume(
  hosts: readonly GlusterHost[],
  name: string,
  beside: readonly string[],
): Finding | undefined {
  if (hosts.some(({ facts }) => facts?.gluster.known[name] !== undefined)) return undefined;
  const others = new Map<string, GlusterHost[]>();
  for (const host of hosts)
    for (const other of Object.keys(host.facts?.gluster.known ?? {}))
      if (other !== GLUSTERS_OWN && !beside.includes(other))
        others.set(other, [...(others.get(other) ?? []), host]);
  if (others.size === 0) return undefined;
  const names = [...others.keys()].toSorted();
  const where = [...others].map(
    ([other, holding]) => `${other} on ${holding.map((host) => host.name).join(', ')}`,
  );
  return {
    level: 'refuse',
    code: 'another-volume',
    message: `there is no volume ${name}, and there is ${where.join('; ')}. A run would make an empty ${name} beside it, and mail that is in ${names.join(' or ')} would be missing`,
    fix: [
      ...[...others].map(([other, [host]]) => host?.onHost(`gluster volume info ${other}`) ?? ''),
      ...names.map((other) => `Where ${other} is to hold the mail, write storage.volume: ${other}.`),
      `If an empty ${name} is meant beside it, write storage.otherVolumes: [${names.join(', ')}].`,
    ],
  };
}
