import type { Finding } from '../errors/index.ts';
import type { GlusterFacts, GlusterVolume } from '../facts/index.ts';

/** A host as the rules of GlusterFS need it. */
export interface GlusterHost {
  readonly name: string;
  /** The address that it has in the pool. */
  readonly storageAddress: string;
  readonly facts: { readonly gluster: GlusterFacts } | undefined;
  onHost(command: string): string;
}

/** What is to be done about the volume, from the words of all hosts and never from their order alone. */
export type GlusterDecision<H extends GlusterHost> =
  /** A daemon that runs knows the volume. */
  | { readonly kind: 'exists'; readonly lead: H; readonly volume: GlusterVolume }
  /** Hosts know the volume by their files, and no daemon runs. */
  | { readonly kind: 'asleep'; readonly lead: H }
  | { readonly kind: 'create' }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] };

export function decideGluster<H extends GlusterHost>(hosts: readonly H[], name: string): GlusterDecision<H> {
  const ids = new Map<string, string[]>();
  for (const host of hosts) {
    const id = host.facts?.gluster.known[name];
    if (id !== undefined) ids.set(id, [...(ids.get(id) ?? []), host.name]);
  }
  if (ids.size > 1) {
    const who = [...ids].map(([id, names]) => `${id} on ${names.join(', ')}`).join('; ');
    return {
      kind: 'refused',
      findings: [
        {
          level: 'refuse',
          code: 'two-volumes',
          message: `there are two volumes of the name ${name}: ${who}. Find out which one has your mail; set storage.volume to another name for the other`,
          fix: hosts
            .filter(({ facts }) => facts?.gluster.known[name] !== undefined)
            .map((host) => host.onHost('gluster volume info')),
        },
      ],
    };
  }
  if (ids.size === 0) {
    const silent = hosts.filter(({ facts }) => facts === undefined).map((host) => host.name);
    if (silent.length === 0) return { kind: 'create' };
    return {
      kind: 'refused',
      findings: [
        {
          level: 'refuse',
          code: 'silent-brick',
          message: `no volume ${name} was seen, and ${silent.join(', ')} did not answer: it may hold the volume, and a second one must never be made`,
          fix: [`bring ${silent.join(', ')} back, then run again`],
        },
      ],
    };
  }
  for (const host of hosts) {
    const volume = host.facts?.gluster.volumes.find((other) => other.name === name);
    if (
      volume !== undefined &&
      host.facts?.gluster.daemon === 'running' &&
      holds(host, volume) &&
      !isEmptied(host, volume)
    )
      return { kind: 'exists', lead: host, volume };
  }
  const [lead] = hosts.filter(({ facts }) => facts?.gluster.known[name] !== undefined);
  return { kind: 'asleep', lead: lead as H };
}

export function brickOf(host: GlusterHost, volume: GlusterVolume): string | undefined {
  return volume.bricks.find((brick) => brick.startsWith(`${host.storageAddress}:`));
}

function holds(host: GlusterHost, volume: GlusterVolume): boolean {
  return brickOf(host, volume) !== undefined;
}

export function pathOf(brick: string): string {
  return brick.slice(brick.indexOf(':') + 1);
}

/** Whether a host that has a brick of this volume was installed anew, or lost the brick's disk. */
export function isEmptied(host: GlusterHost, volume: GlusterVolume): boolean {
  const brick = brickOf(host, volume);
  const facts = host.facts?.gluster;
  return brick !== undefined && facts !== undefined && facts.marks[pathOf(brick)] !== volume.id;
}

/** The identity by which the pool knows a host, by the word of the lead. */
export function poolIdentity(host: GlusterHost, lead: GlusterHost): string | undefined {
  return lead.facts?.gluster.peers.find(({ names }) => names.includes(host.storageAddress))?.uuid;
}

/** What the facts show to be wrong with the pool and the volume, before anything is changed. */
export function inspectGluster(hosts: readonly GlusterHost[], name: string): readonly Finding[] {
  const decision = decideGluster(hosts, name);
  if (decision.kind === 'refused') return decision.findings;
  if (decision.kind !== 'exists') return foreignPools(hosts);
  const { lead, volume } = decision;
  const unknown = volume.bricks.filter(
    (brick) => !hosts.some(({ storageAddress }) => brick.startsWith(`${storageAddress}:`)),
  );
  const emptied = hosts.filter((host) => isEmptied(host, volume));
  const inSets = volume.bricks.map((brick, index) => ({
    set: Math.floor(index / volume.setSize),
    host: emptied.find((host) => brick === brickOf(host, volume)),
  }));
  const lost = inSets.filter(
    ({ host, set }) =>
      host !== undefined &&
      inSets.filter((other) => other.set === set && other.host !== undefined).length > volume.setSize / 2,
  );
  return [
    ...(unknown.length === 0
      ? []
      : [
          {
            level: 'refuse' as const,
            code: 'unknown-brick',
            message: `volume ${name} has ${unknown.join(', ')}, and no host of the inventory has that address; a run removes no brick`,
            fix: [
              'put that host into the inventory (or set storage.address of one), or remove the brick by hand',
              lead.onHost(`gluster volume info ${name}`),
            ],
          },
        ]),
    ...(lost.length === 0
      ? []
      : [
          {
            level: 'refuse' as const,
            code: 'bricks-lost',
            message: `${lost.map(({ host }) => host?.name).join(' and ')} came back empty, and they are the greater part of one replica set; what is left may be old`,
            fix: [
              'restore the bricks from a backup, or look at what the last one holds before you go on',
              lead.onHost(`gluster volume heal ${name} info`),
            ],
          },
        ]),
  ];
}

/** A host that is in a pool already, while there is no volume of ours anywhere. */
function foreignPools(hosts: readonly GlusterHost[]): readonly Finding[] {
  const ours = new Set(hosts.map(({ storageAddress }) => storageAddress));
  return hosts.flatMap((host) => {
    const strangers = (host.facts?.gluster.peers ?? []).filter(
      ({ names }) => !names.some((peer) => ours.has(peer)),
    );
    return strangers.map(
      ({ names }): Finding => ({
        level: 'refuse',
        code: 'foreign-pool',
        host: host.name,
        message: `its glusterd is in a pool with ${names[0]}, which is not in the inventory: it is somebody else's`,
        fix: [host.onHost(`gluster peer detach ${names[0]}`)],
      }),
    );
  });
}
