import {
  byName,
  decideGluster,
  type Finding,
  type GlusterDecision,
  type GlusterHost,
  type HeldBrick,
  inspectGluster,
  isSilent,
  lostBricks,
  Refusal,
} from 'provision-swarm';
import {
  addressOf,
  type Reached,
  type Storage,
  type StorageHost,
  setSizeOf,
  spellingsOf,
  volumeOf,
} from '../settings/storage.ts';

export type Member = StorageHost & GlusterHost;

export function members(cluster: Storage): readonly Member[] {
  return cluster.hosts
    .map((host) => ({ ...host, storageAddress: addressOf(host), spellings: spellingsOf(host) }))
    .toSorted(byName);
}

export function decide(all: readonly Member[], { settings }: Storage) {
  return decideGluster(all, volumeOf(settings), settings.otherVolumes);
}

/** The hosts with bricks, in the order of their sets: those that have one, then those that the inventory asks for. */
export function brickHosts(cluster: Storage): readonly Member[] {
  const all = members(cluster);
  const decision = decide(all, cluster);
  const asked = all.filter(({ settings }) => settings.brick === true);
  const holding = [...new Set(bricksOf(decision).flatMap(({ holder }) => holder ?? []))];
  if (asked.length > 0)
    return [
      ...holding.filter((host) => asked.includes(host)),
      ...asked.filter((host) => !holding.includes(host)),
    ];
  if (holding.length > 0) return holding;
  return all.filter(({ settings }) => settings.brick !== false).slice(0, setSizeOf(cluster.settings));
}

function bricksOf(decision: GlusterDecision<Member>): readonly HeldBrick<Member>[] {
  return 'bricks' in decision ? decision.bricks : [];
}

/**
 * What every stage needs to know of a site, as one of its hosts.
 *
 * @throws Refusal where what the hosts say leaves open which volume there is.
 */
export function seen(host: Reached, cluster: Storage) {
  const all = members(cluster);
  const bricks = brickHosts(cluster);
  const decision = decide(all, cluster);
  if (decision.kind === 'refused') throw Refusal.by(decision.findings);
  // Also where it comes to light in mid-run, as glusterd is started.
  const lost = decision.kind === 'exists' ? lostBricks(decision, volumeOf(cluster.settings)) : [];
  if (lost.length > 0) throw Refusal.by(lost);
  const self = all.find(({ name }) => name === host.name) as Member;
  const pooled = bricks.find(({ facts }) => (facts?.gluster.peers.length ?? 0) > 0);
  const lead = 'lead' in decision ? decision.lead : (pooled ?? bricks[0]);
  const there = bricksOf(decision);
  return {
    all,
    bricks,
    decision,
    self,
    lead,
    there,
    /** Bricks of hosts that did not answer, as the volume spells them. */
    away: there.filter(isSilent).map(({ brick }) => brick),
    own: there.filter(({ holder }) => holder?.name === host.name),
    holdsBrick: bricks.some(({ name }) => name === host.name),
    leads: lead?.name === host.name,
  };
}

export function inspect(cluster: Storage): readonly Finding[] {
  const { volume, otherVolumes } = { ...cluster.settings, volume: volumeOf(cluster.settings) };
  return [...inspectGluster(members(cluster), volume, otherVolumes), ...otherClients(cluster)];
}

/**
 * Addresses that use bricks now while everybody may, and are no host's and not written as clients. Where the volume says who
 * may, one that is not allowed and tries is not let in by that.
 */
export function strangers(
  all: readonly Member[],
  decision: GlusterDecision<Member>,
  { settings }: Storage,
): readonly string[] {
  if (decision.kind !== 'exists' || (decision.volume.options['auth.allow'] ?? '*') !== '*') return [];
  const known = new Set([...all.flatMap(({ spellings }) => spellings), ...(settings.clients ?? [])]);
  const using = new Set(all.flatMap(({ facts }) => facts?.gluster.clients ?? []));
  return [...using].filter((address) => !known.has(address)).toSorted();
}

function otherClients(cluster: Storage): readonly Finding[] {
  const all = members(cluster);
  const decision = decide(all, cluster);
  const found = strangers(all, decision, cluster);
  if (decision.kind !== 'exists' || found.length === 0) return [];
  const { name } = decision.volume;
  return [
    {
      level: 'warn',
      code: 'other-clients',
      message: `${found.join(', ')} uses bricks of these hosts and is no host of the inventory. It may go on mounting ${name}; whoever else is to mount it has to be named`,
      fix: [
        decision.lead.onHost(`gluster volume status ${name} clients`),
        `If that is right, write storage.clients: [${found.join(', ')}].`,
      ],
    },
  ];
}
