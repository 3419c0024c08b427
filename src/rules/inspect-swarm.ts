import type { Finding } from '../errors/index.ts';
import type { SwarmNode } from '../facts/index.ts';
import { byName } from '../resource/index.ts';
import { decideSwarm } from './decide-swarm.ts';
import { answered, entryOf, membershipOf, oldEntries, type SwarmHost } from './swarm-host.ts';

/** Everything about the swarm that has to be right before anything is changed. */
export function inspectSwarm(given: readonly SwarmHost[]): readonly Finding[] {
  const hosts = given.toSorted(byName);
  const decision = decideSwarm(hosts);
  if (decision.kind === 'refused') return decision.findings;
  if (decision.kind !== 'exists') return [];
  const { lead, nodes } = decision;
  return [
    ...hosts
      .filter(({ facts }) => facts !== undefined)
      .flatMap((host) => inspectHost(host, nodes, lead, hosts)),
    ...strangers(nodes, lead, hosts),
    ...lastManager(lead, hosts),
  ];
}

function inspectHost(
  host: SwarmHost,
  nodes: readonly SwarmNode[],
  lead: SwarmHost,
  hosts: readonly SwarmHost[],
): readonly Finding[] {
  if (!answered(host))
    return [
      {
        level: 'refuse',
        code: 'docker-silent',
        host: host.name,
        message: `whether it is in a swarm is not known, because its Docker could not be asked, or its data not be found: ${host.facts?.swarm.unknown}`,
        fix: [host.onHost('systemctl status docker')],
      },
    ];
  const entry = entryOf(host, nodes);
  const old = oldEntries(host, nodes, hosts);
  if (entry !== undefined)
    return [
      ...(entry.ready || !running(host) ? [] : [notReady(host, entry, lead)]),
      ...old.map((node) => leftOver(host, node, entry, nodes, lead)),
    ];
  if (membershipOf(host) !== undefined && host.facts?.swarm.info?.control === true)
    return [removedManager(host)];
  return old.map((node) =>
    isManager(node) ? cameBackEmpty(host, node, nodes, lead) : oldWorker(host, node, lead),
  );
}

function running(host: SwarmHost): boolean {
  return host.facts?.swarm.info?.state === 'active';
}

const state = ({ ready }: SwarmNode) => (ready ? 'ready' : 'down');

function isManager(node: SwarmNode): boolean {
  return node.role === 'manager' || node.manager !== undefined;
}

/** moby#34722, #36851: joining before the old entry is gone raises the number that a majority is counted from. */
function cameBackEmpty(
  host: SwarmHost,
  old: SwarmNode,
  nodes: readonly SwarmNode[],
  lead: SwarmHost,
): Finding {
  const managers = nodes.filter(isManager).length;
  return {
    level: 'refuse',
    code: 'dead-manager',
    host: host.name,
    message: `it was a manager of this swarm and is in none now; the swarm still counts its old entry ${old.id} (${state(old)}) as one of ${managers} managers. Joined beside it, it would be one of ${managers + 1}, and the swarm could lose its majority. If its disk was replaced, or Docker's data moved, and the old one is still there, bring that back: nothing has to be removed then. If its old state is lost, the old entry has to go first; its labels go with it`,
    fix: [lead.onHost(onceDown(old))],
  };
}

/** Removes an entry, but not that of a node which the managers still hear after a minute: that one is somebody. */
function onceDown(node: SwarmNode): string {
  if (!node.ready) return removal(node);
  const state = `$(docker node inspect --format '{{.Status.State}}' ${node.id})`;
  return `for i in $(seq 30); do [ "${state}" = ready ] || break; sleep 2; done; [ "${state}" = down ] && ${removal(node)}`;
}

/** A manager can be removed once its demotion has been carried out, which takes some seconds. */
function removal({ id, ...node }: SwarmNode): string {
  if (!isManager({ id, ...node })) return `docker node rm --force ${id}`;
  return `docker node demote ${id} && for i in 1 2 3 4 5 6 7 8 9 10; do sleep 2; docker node rm --force ${id} && break; done`;
}

function oldWorker(host: SwarmHost, old: SwarmNode, lead: SwarmHost): Finding {
  return {
    level: 'warn',
    code: 'old-entry',
    host: host.name,
    message: `the swarm still lists its old entry ${old.id} (${state(old)}) as a worker; it joins beside it as a new node. The old entry can go once it is down, and its labels with it`,
    fix: [lead.onHost(onceDown(old))],
  };
}

/** An entry of a host that has joined anew, by our run or by hand. A run removes no node. */
function leftOver(
  host: SwarmHost,
  old: SwarmNode,
  entry: SwarmNode,
  nodes: readonly SwarmNode[],
  lead: SwarmHost,
): Finding {
  const counted = isManager(old)
    ? `, as one of the ${nodes.filter(isManager).length} managers that a majority is counted from`
    : '';
  return {
    level: 'warn',
    code: 'old-entry',
    host: host.name,
    message: `the swarm still lists its old entry ${old.id} (${state(old)})${counted}. It has joined anew as ${entry.id}: the old one can go`,
    fix: [lead.onHost(removal(old))],
  };
}

function removedManager(host: SwarmHost): Finding {
  return {
    level: 'refuse',
    code: 'removed-manager',
    host: host.name,
    message:
      'it takes itself for a manager of this swarm, and the other managers do not list it. By leaving it gives up its copy of the state of the swarm, which the others have, and ends the containers of the swarm that run there; the next run joins it anew',
    fix: [host.onHost('docker swarm leave --force')],
  };
}

function notReady(host: SwarmHost, entry: SwarmNode, lead: SwarmHost): Finding {
  return {
    level: 'warn',
    code: 'node-not-ready',
    host: host.name,
    message: `its Docker runs and the managers do not hear from it (node ${entry.id} is down). Where it is not back in a minute, look whether it reaches ${lead.name} on TCP 2377 and 7946, and at what its Docker says`,
    fix: [host.onHost('journalctl -u docker --since -10min')],
  };
}

/** Nodes that no host of the inventory is. A manager among them may rule a swarm that is not ours. */
function strangers(
  nodes: readonly SwarmNode[],
  lead: SwarmHost,
  hosts: readonly SwarmHost[],
): readonly Finding[] {
  const known = new Set(
    hosts.flatMap((host) => [
      membershipOf(host)?.nodeId,
      ...oldEntries(host, nodes, hosts).map(({ id }) => id),
    ]),
  );
  const unreached = hosts.some(({ facts }) => facts === undefined);
  return nodes.filter(({ id }) => !known.has(id)).map((node) => stranger(node, lead, unreached));
}

function stranger(node: SwarmNode, lead: SwarmHost, unreached: boolean): Finding {
  const manager = isManager(node);
  const who = `${node.hostname} (${node.address ?? 'no address'}, node ${node.id}, ${state(node)})`;
  const counted = manager ? ' A majority is counted from it as well.' : '';
  const whose = node.ready
    ? `${manager ? "If it is not yours, this is somebody else's swarm. " : ''}Put it into the inventory`
    : 'If that machine comes back, put it into the inventory. If it is gone for good, its entry can go, and its labels with it';
  return {
    level: manager && !unreached ? 'refuse' : 'warn',
    code: manager ? 'unknown-manager' : 'unknown-node',
    message: `the swarm has a ${manager ? 'manager' : 'worker'} that is not in the inventory: ${who}.${counted} ${whose}. A run removes no node`,
    fix: [lead.onHost(node.ready ? `docker node inspect --pretty ${node.id}` : removal(node))],
  };
}

function lastManager(lead: SwarmHost, hosts: readonly SwarmHost[]): readonly Finding[] {
  if (lead.settings.role === 'manager') return [];
  return [
    {
      level: 'refuse',
      code: 'last-manager',
      host: lead.name,
      message: 'it is to become a worker, and none of the managers of the inventory is a manager yet',
      fix: [
        `promote first: set its role to manager again (and one of ${hosts
          .filter(({ settings }) => settings.role === 'manager')
          .map(({ name }) => name)
          .join(', ')} to worker), run, and change it back after`,
      ],
    },
  ];
}
