import type { Finding } from '../errors/index.ts';
import type { GlusterVolume } from '../facts/index.ts';
import { byName } from '../resource/index.ts';
import { isAway, isEmptied, isSilent } from './brick-state.ts';
import { decideGluster } from './decide-gluster.ts';
import { type GlusterHost, type HeldBrick, memberOf, setOf } from './gluster-pool.ts';
import { rejectedPeers } from './rejected-peers.ts';
import { silentBricks } from './silent-bricks.ts';

/** What the facts show to be wrong with the pool and the volume, before anything is changed. */
export function inspectGluster(
  given: readonly GlusterHost[],
  name: string,
  beside: readonly string[] = [],
): readonly Finding[] {
  const hosts = given.toSorted(byName);
  const twins = sameIdentity(hosts);
  if (twins.length > 0) return twins;
  const rejected = rejectedPeers(hosts);
  if (rejected.length > 0) return rejected;
  const decision = decideGluster(hosts, name, beside);
  if (decision.kind === 'refused') return decision.findings;
  if (decision.kind === 'create') return [...foreignPools(hosts), ...twoPools(hosts)];
  const lost = decision.kind === 'exists' ? lostBricks(decision, name) : [];
  return [
    ...unknownBricks(decision, name),
    ...lost,
    ...(lost.length === 0 ? silentBricks(hosts, decision, name) : []),
  ];
}

interface Found {
  readonly lead: GlusterHost;
  readonly bricks: readonly HeldBrick<GlusterHost>[];
}

function unknownBricks({ lead, bricks }: Found, name: string): readonly Finding[] {
  const unknown = bricks.filter(({ holder }) => holder === undefined).map(({ brick }) => brick);
  if (unknown.length === 0) return [];
  return [
    {
      level: 'refuse',
      code: 'unknown-brick',
      message: `volume ${name} has ${unknown.join(', ')}, and no host of the inventory is known to hold that; a run removes no brick`,
      fix: [
        lead.onHost('gluster pool list'),
        'Put that machine into the inventory. If it is there under another address, set its storage.address to the one that the pool knows.',
        'If it is gone for good, give the machine that replaces it the same address: a run fills its brick again from the others.',
      ],
    },
  ];
}

/**
 * An emptied brick is filled from the whole ones of its set. Those may be old where most are missing, or where the one that has what
 * was written last may be on a host that did not answer.
 */
export function lostBricks(
  { lead, bricks, volume }: Found & { readonly volume: GlusterVolume },
  name: string,
): readonly Finding[] {
  const lost = bricks.filter((brick, index) => {
    const set = bricks.filter((_, other) => setOf(volume, other) === setOf(volume, index));
    const missing = set.filter((other) => isEmptied(other, volume.id) || isAway(other, volume.id));
    return isEmptied(brick, volume.id) && (missing.length > set.length / 2 || set.some(isSilent));
  });
  if (lost.length === 0) return [];
  const namesOf = (some: typeof bricks) => [...new Set(some.map(({ holder }) => holder?.name))].join(' and ');
  const away = bricks.filter((brick) => isAway(brick, volume.id));
  const silent = bricks.filter(isSilent);
  const others = [
    ...(away.length === 0 ? [] : [`, and disks of ${namesOf(away)} are away`]),
    ...(silent.length === 0 ? [] : [`, and ${namesOf(silent)} did not answer`]),
  ].join('');
  const why =
    silent.length === 0
      ? 'they are the greater part of one replica set; what is left may be old'
      : 'may have what was written last; what is left may be old';
  return [
    {
      level: 'refuse',
      code: 'bricks-lost',
      message: `${namesOf(lost)} came back empty${others}, and ${why}`,
      fix: [
        ...(silent.length === 0 ? [] : [`bring ${namesOf(silent)} back first, and run again with all hosts`]),
        ...(away.length === 0 ? [] : ['bring the disks that are away back first, and run again']),
        'restore the bricks from a backup, or look at what the last one holds before you go on',
        lead.onHost(`gluster volume heal ${name} info`),
      ],
    },
  ];
}

/** Machines that were copied from one image after glusterd had its identity there: a pool takes them for one. */
function sameIdentity(hosts: readonly GlusterHost[]): readonly Finding[] {
  const uuids = new Set(hosts.map(({ facts }) => facts?.gluster.uuid));
  uuids.delete(undefined);
  return [...uuids].flatMap((uuid): readonly Finding[] => {
    const twins = hosts.filter(({ facts }) => facts?.gluster.uuid === uuid);
    if (twins.length < 2) return [];
    return [
      {
        level: 'refuse',
        code: 'same-glusterd',
        message: `${twins.map((host) => host.name).join(' and ')} are both ${uuid} to GlusterFS, as copies of one machine are: a pool would take them for one. The one that has no peer and no volume needs an identity of its own`,
        fix: twins.map((host) => host.onHost('ls /var/lib/glusterd/peers /var/lib/glusterd/vols')),
      },
    ];
  });
}

/** A host that is in a pool already, while there is no volume of ours anywhere. */
function foreignPools(hosts: readonly GlusterHost[]): readonly Finding[] {
  return hosts.flatMap((host) => {
    const strangers = (host.facts?.gluster.peers ?? []).filter(
      ({ uuid, names }) => memberOf(hosts, uuid, names) === undefined,
    );
    return strangers.map(
      ({ uuid, names }): Finding => ({
        level: 'refuse',
        code: 'foreign-pool',
        host: host.name,
        message: `its glusterd is in a pool with ${names[0]} (${uuid}), which is no host of the inventory as far as its names and addresses tell: the pool may be somebody else's`,
        fix: [
          host.onHost('gluster volume info'),
          `Where ${names[0]} belongs to this cluster, put it into the inventory, or set storage.address of the host that it is to an address that the pool knows.`,
        ],
      }),
    );
  });
}

/** Hosts that are in pools already, and not in the same one: GlusterFS joins no two pools. */
function twoPools(hosts: readonly GlusterHost[]): readonly Finding[] {
  const pooled = hosts.filter(({ facts }) => (facts?.gluster.peers.length ?? 0) > 0);
  const [first] = pooled;
  const pool = first?.facts?.gluster.peers.map(({ uuid }) => uuid) ?? [];
  const others = pooled.filter(
    (host) => host.name !== first?.name && !pool.includes(host.facts?.gluster.uuid ?? ''),
  );
  if (first === undefined || others.length === 0) return [];
  return [
    {
      level: 'refuse',
      code: 'two-pools',
      message: `${first.name} is in one pool of GlusterFS, and ${others.map(({ name }) => name).join(', ')} in another; two pools are never joined. Find out which one is needed, and take the hosts of the other one out of the inventory or out of their pool`,
      fix: [first, ...others].map((host) => host.onHost('gluster pool list; gluster volume info')),
    },
  ];
}
