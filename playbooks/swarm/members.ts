import { isIPv4 } from 'node:net';
import {
  byName,
  decideSwarm,
  entryOf,
  type Host,
  isReached,
  membershipOf,
  Refusal,
  type Resource,
  swarmCluster,
  swarmMember,
  swarmNode,
} from 'provision-swarm';
import type { Facts, Settings, Swarm, SwarmMember } from '../settings/swarm.ts';
import { ownAddress } from './addresses.ts';

/** What the lead manager is told about a node: all members, and hosts that want a label once they are in. */
export function nodeResources(cluster: Swarm): readonly Resource[] {
  const decision = decideSwarm(cluster.hosts);
  const nodes = decision.kind === 'exists' ? decision.nodes : [];
  const wanted = cluster.hosts
    .toSorted(byName)
    .filter(isReached)
    .flatMap((host) => {
      const listed = entryOf(host, nodes);
      if (listed === undefined && Object.keys(host.settings.labels).length === 0) return [];
      const { role, availability, labels } = host.settings;
      const nodeId = listed?.id ?? membershipOf(host)?.nodeId;
      return [
        {
          promotes: role === 'manager',
          resource: swarmNode({ host: host.name, nodeId, role, availability, labels }),
        },
      ];
    });
  // Promoted before demoted, so that the number of managers never dips.
  return [...wanted.filter(({ promotes }) => promotes), ...wanted.filter(({ promotes }) => !promotes)].map(
    ({ resource }) => resource,
  );
}

/**
 * The host that swarm commands are run on: the lead manager, or the one that makes the swarm.
 *
 * @throws Refusal where what the hosts say leaves that open: a stage that cannot know its work is not one without work.
 */
export function leadManager(cluster: Swarm): Host<Settings, Facts> {
  const decision = decideSwarm(cluster.hosts);
  switch (decision.kind) {
    case 'initialise':
      return decision.on;
    case 'refused':
      throw Refusal.by(decision.findings);
    default:
      return decision.lead;
  }
}

/** Whether it is the one that is asked and told for all. */
export const isLead = (host: SwarmMember, cluster: Swarm): boolean => leadManager(cluster).name === host.name;

/** A host's membership: joined through the managers that answer, with a token that the lead puts out. */
export function membership(host: SwarmMember, cluster: Swarm, role: Settings['role']): readonly Resource[] {
  const lead = leadManager(cluster);
  if (lead.name === host.name || host.settings.role !== role) return [];
  const decision = decideSwarm(cluster.hosts);
  const nodes = decision.kind === 'exists' ? decision.nodes : [];
  const nodeId = membershipOf(host)?.nodeId;
  const removed = decision.kind === 'exists' && nodeId !== undefined && entryOf(host, nodes) === undefined;
  // A manager may be listed without an address that others reach it at (0.0.0.0:2377), or with one of IPv6.
  const via = nodes
    .filter(({ manager }) => manager?.reachable)
    .map(({ manager }) => manager?.address.replace(/:\d+$/, '') ?? '')
    .filter((address) => isIPv4(address) && !/^(0|127)\./.test(address));
  return [
    swarmMember({
      name: cluster.name,
      role,
      via: via.length > 0 ? via : [isReached(lead) ? ownAddress(lead) : lead.address],
      token: swarmCluster.ref(lead.name, cluster.name, ({ tokens }) => tokens?.[role]),
      advertiseAddress: ownAddress(host),
      availability: host.settings.availability,
      ...(removed ? { removedNodeId: nodeId } : {}),
    }),
  ];
}
