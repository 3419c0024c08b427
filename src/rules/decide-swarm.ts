import type { Finding } from '../errors/index.ts';
import type { SwarmNode } from '../facts/index.ts';
import { byName } from '../resource/index.ts';
import { sameNode, twinsAmong } from './same-node.ts';
import { answered, isActive, listsItself, membershipOf, type SwarmHost } from './swarm-host.ts';
import {
  disagreement,
  dockerSilent,
  foreign,
  noQuorum,
  silentHosts,
  troubles,
  twoSwarms,
} from './swarm-troubles.ts';

/** What is to be done about a swarm, from what all hosts said. */
export type SwarmDecision<H extends SwarmHost> =
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }
  /** No host is in a swarm, no disk has the state of one, and every host said so. */
  | { readonly kind: 'initialise'; readonly on: H }
  /** Its managers do not run just now: they have to be started before more can be said. */
  | {
      readonly kind: 'asleep';
      readonly clusterId: string /** One whose Docker does not run. */;
      readonly lead: H;
    }
  | {
      readonly kind: 'exists';
      readonly clusterId: string;
      /** The manager that is told what to change. */
      readonly lead: H;
      /** The managers' list. */
      readonly nodes: readonly SwarmNode[];
    };

/**
 * Never a second swarm: decided from the cluster ids of all hosts, whatever their role in the inventory, never from their
 * order. Some in a swarm: that one is the cluster. None in one and every host answered: it is made. Anything else is refused.
 */
export function decideSwarm<H extends SwarmHost>(hosts: readonly H[]): SwarmDecision<H> {
  const all = hosts.toSorted(byName);
  const refused = (...findings: Finding[]): SwarmDecision<H> => ({ kind: 'refused', findings });
  const troubled = all.flatMap(troubles);
  if (troubled.length > 0) return refused(...troubled);

  const ids = new Map<string, H[]>();
  for (const host of all) {
    const id = membershipOf(host)?.clusterId;
    if (id !== undefined) ids.set(id, [...(ids.get(id) ?? []), host]);
  }
  const silent = all.filter((host) => !answered(host));
  const [clusterId, ...others] = ids.keys();
  if (clusterId === undefined) {
    const first = all.find(({ settings }) => settings.role === 'manager');
    if (silent.length > 0 || first === undefined) return refused(silentHosts(silent));
    return { kind: 'initialise', on: first };
  }
  if (others.length > 0) return refused(twoSwarms(ids));
  const copied = twinsAmong(all);
  if (copied.length > 0) return refused(...copied.map(sameNode));

  const members = ids.get(clusterId) ?? [];
  const controlling = members.filter((host) => isActive(host) && host.facts?.swarm.info?.control === true);
  const withList = controlling.filter(({ facts }) => facts?.swarm.nodes !== undefined);
  const listed = withList.filter(listsItself);
  const able = listed.length > 0 ? listed : withList;
  const apart = disagreement(able, controlling, silent);
  if (apart !== undefined) return refused(apart);
  const lead = able.find(({ settings }) => settings.role === 'manager') ?? able[0];
  if (lead !== undefined) return { kind: 'exists', clusterId, lead, nodes: lead.facts?.swarm.nodes ?? [] };
  const [asleep] = members.filter((host) => answered(host) && !isActive(host) && mayManage(host));
  if (asleep !== undefined) return { kind: 'asleep', clusterId, lead: asleep };
  if (controlling.length > 0) return refused(noQuorum(clusterId, controlling));
  const away = silent.filter(({ facts }) => facts === undefined);
  const unclear = silent.filter(({ facts }) => facts !== undefined).map(dockerSilent);
  if (silent.length > 0) return refused(...unclear, ...(away.length > 0 ? [silentHosts(away)] : []));
  return refused(foreign(clusterId, members));
}

/** By its certificate, or by what it is to be: a node may have been promoted while it was away. */
function mayManage({ facts, settings }: SwarmHost): boolean {
  return facts?.swarm.membership?.role === 'manager' || settings.role === 'manager';
}
