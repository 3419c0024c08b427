import type { Finding } from '../errors/index.ts';
import type { SwarmNode } from '../facts/index.ts';
import { sh } from '../shell/index.ts';
import { membershipOf, type SwarmHost } from './swarm-host.ts';

const ASIDE =
  'on the copy alone, once that is certain, stop docker.service and docker.socket, and move the directory `swarm` below the data of its Docker aside, which loses nothing. The next run then joins it as a node of its own';

/** Hosts with the state of one node, as where a machine was copied after it had joined: those of each node together. */
export function twinsAmong(hosts: readonly SwarmHost[]): readonly (readonly SwarmHost[])[] {
  const byNode = new Map<string, SwarmHost[]>();
  for (const host of hosts) {
    const nodeId = membershipOf(host)?.nodeId;
    if (nodeId !== undefined) byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), host]);
  }
  return [...byNode.values()].filter(({ length }) => length > 1);
}

/**
 * The managers take them for one: two managers with one place in raft may each go on alone, and the work of a worker is on both.
 */
export function sameNode(twins: readonly SwarmHost[]): Finding {
  const nodeId = twins.map((host) => membershipOf(host)?.nodeId).find((id) => id !== undefined) ?? '';
  const names = twins.map(({ name }) => name).join(', ');
  return {
    level: 'refuse',
    code: 'same-node',
    message: `${names} have the state of the same node of the swarm (${nodeId}): one was copied from the other, or each from a third machine, or the inventory has one machine under two names. Engines with one state take it from each other, and a copy of a manager could go on as a swarm of its own. Keep Docker of the copy stopped. Find out which one that is: the commands below only look. The swarm lists the address of the original`,
    fix: [
      ...twins.map((host) =>
        host.onHost(sh`hostname; ip -4 -o addr; docker node inspect --pretty ${nodeId}; docker ps`.shown),
      ),
      ASIDE,
    ],
  };
}

/** The same, where the original is not in the inventory or was not reached. */
export function copyOf(host: SwarmHost, entry: SwarmNode, lead: SwarmHost): Finding {
  return {
    level: 'refuse',
    code: 'same-node',
    host: host.name,
    message: `its Docker does not run, and the swarm hears from its node (${entry.id}) at ${entry.address}, which is none of its addresses: it has the state of another machine, as a copy has. Started beside the original it would take that state from it, and a copy of a manager could go on as a swarm of its own. If its Docker ran a moment ago, wait a minute and run again`,
    fix: [
      lead.onHost(sh`docker node inspect --pretty ${entry.id}`.shown),
      host.onHost('hostname; ip -4 -o addr'),
      ASIDE,
    ],
  };
}
