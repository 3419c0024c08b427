import { dockerNodes, readSwarmNodes, type SwarmNode } from '../facts/index.ts';
import type { Probe } from '../resource/index.ts';

/** Asks a manager for the managers' list, and `holds` whether it is as it should be. */
function nodesProbe(holds: (nodes: readonly SwarmNode[]) => true | string): Probe<true | string> {
  return {
    script: dockerNodes,
    parse: ({ code, stdout, stderr }) =>
      code === 0
        ? holds(readSwarmNodes(stdout))
        : `the managers' list cannot be had: ${stderr.trim().split('\n').at(-1) || `exit code ${code}`}`,
  };
}

/**
 * Whether the swarm keeps its majority while this node is away. One or two managers have none to keep without it: of two, either may
 * go while both are up, for what runs goes on for the seconds without a leader, and the state is on both.
 */
export function survivesWithout(nodeId: string): Probe<true | string> {
  return nodesProbe((nodes) => {
    const managers = nodes.filter(({ manager }) => manager !== undefined);
    if (managers.length < 2 || !managers.some(({ id }) => id === nodeId)) return true;
    const left = managers.filter(({ id, manager }) => id !== nodeId && manager?.reachable).length;
    if (left > managers.length / 2) return true;
    if (managers.length === 2 && managers.every(({ manager }) => manager?.reachable)) return true;
    return `without this node ${left} of ${managers.length} managers would be left, a majority is ${Math.floor(managers.length / 2) + 1}`;
  });
}

/** Whether this node is ready, reachable where it is a manager, and the (perhaps new) leader has heard of all. */
export function isBack(nodeId: string): Probe<true | string> {
  return nodesProbe((nodes) => {
    const node = nodes.find(({ id }) => id === nodeId);
    if (node === undefined) return 'the managers do not list it';
    if (!node.ready)
      return node.manager?.reachable
        ? 'it is reachable as a manager, and the swarm counts it as down'
        : 'the managers do not hear from it';
    if (node.manager !== undefined && !node.manager.reachable) return 'it is not reachable as a manager';
    const unheard = nodes.filter((other) => other.unheard).map(({ hostname }) => hostname);
    return unheard.length === 0 || `the leader waits to hear from ${unheard.join(', ')}`;
  });
}

/** Whether every manager is reachable, so that one more can join without risk to the majority. */
export const allManagersReachable: Probe<true | string> = nodesProbe((nodes) => {
  const silent = nodes.filter(({ manager }) => manager !== undefined && !manager.reachable);
  return (
    silent.length === 0 ||
    `not reachable: ${silent.map(({ hostname, id }) => `${hostname} (${id})`).join(', ')}`
  );
});
