import { decideSwarm, entryOf, isReached, type StatusTable, type SwarmNode } from 'provision-swarm';
import type { Swarm } from '../settings/swarm.ts';

/** The nodes by the managers' list: those of the inventory, then any others. */
export function nodeTable(hosts: Swarm['hosts']): StatusTable {
  const decision = decideSwarm(hosts);
  const nodes = decision.kind === 'exists' ? decision.nodes : [];
  const listed = new Set<string>();
  const down: string[] = [];
  const rows = hosts.map((host) => {
    if (!isReached(host)) return [host.name, 'not reached', '', '', '', ''];
    const node = entryOf(host, nodes);
    if (node === undefined || !node.ready || node.manager?.reachable === false) down.push(host.name);
    if (node === undefined) return [host.name, host.facts.swarm.info?.state ?? 'no swarm', '', '', '', ''];
    listed.add(node.id);
    return [host.name, ...describe(node)];
  });
  const others = nodes
    .filter(({ id }) => !listed.has(id))
    .map((node) => [`(${node.hostname})`, ...describe(node)]);
  const columns = ['NODE', 'STATUS', 'AVAILABILITY', 'ROLE', 'ENGINE', 'LABELS'];
  return { title: titleOf(decision), columns, rows: [...rows, ...others], down };
}

function titleOf(decision: ReturnType<typeof decideSwarm>): string {
  if (decision.kind === 'exists') return `Swarm ${decision.clusterId}`;
  if (decision.kind === 'asleep') return `Swarm ${decision.clusterId}: none of its managers runs`;
  return decision.kind === 'initialise' ? 'No swarm yet' : 'Swarm: not clear, see above';
}

function describe(node: SwarmNode): readonly string[] {
  const { manager } = node;
  const role =
    manager === undefined
      ? node.role
      : manager.leader
        ? 'leader'
        : manager.reachable
          ? 'manager'
          : 'manager (unreachable)';
  const labels = Object.entries(node.labels).map(([name, value]) => `${name}=${value}`);
  return [node.ready ? 'ready' : 'down', node.availability, role, node.engine ?? '', labels.join(' ')];
}
