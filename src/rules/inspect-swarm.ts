import type { Finding } from '../errors/index.ts';
import type { SwarmNode } from '../facts/index.ts';
import { byName } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { againstStart } from './against-start.ts';
import { decideSwarm } from './decide-swarm.ts';
import { notReady } from './node-not-ready.ts';
import { cameBackEmpty, leftOver, mayLive, oldWorker, onceDown, stateOf } from './old-entries.ts';
import {
  answered,
  bringBack,
  entryOf,
  isManager,
  membershipOf,
  oldEntries,
  type SwarmHost,
} from './swarm-host.ts';
import { dockerSilent } from './swarm-troubles.ts';

/** Everything about the swarm that has to be right before anything is changed. */
export function inspectSwarm(given: readonly SwarmHost[]): readonly Finding[] {
  const hosts = given.toSorted(byName);
  const decision = decideSwarm(hosts);
  if (decision.kind === 'refused') return decision.findings;
  // Who leads is known without those that cannot tell, but their engines would be started with the others.
  if (decision.kind === 'asleep')
    return hosts.filter((host) => host.facts !== undefined && !answered(host)).map(dockerSilent);
  if (decision.kind === 'initialise') return [];
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
  const against = againstStart(host, nodes, lead);
  if (against.length > 0) return against;
  const entry = entryOf(host, nodes);
  const old = oldEntries(host, nodes, hosts);
  if (entry !== undefined)
    return [
      ...(entry.ready || !running(host) ? [] : [notReady(host, entry, lead)]),
      ...old.map((node) => leftOver(host, node, entry, nodes, lead)),
    ];
  if (membershipOf(host) !== undefined && host.facts?.swarm.info?.control === true)
    return [removedManager(host)];
  if (membershipOf(host)?.nodeId !== undefined && running(host) && hosts.some((other) => !answered(other)))
    return [notListed(host, lead, hosts)];
  return old.map((node) =>
    isManager(node) ? cameBackEmpty(host, node, nodes, lead) : oldWorker(host, node, lead),
  );
}

function running(host: SwarmHost): boolean {
  return host.facts?.swarm.info?.state === 'active';
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

/** It may be a member of another side of the swarm, whose managers are among those that are silent. */
function notListed(host: SwarmHost, lead: SwarmHost, hosts: readonly SwarmHost[]): Finding {
  const silent = hosts.filter((other) => !answered(other)).map(({ name }) => name);
  return {
    level: 'refuse',
    code: 'not-listed',
    host: host.name,
    message: `it is in this swarm by its own word, and ${lead.name} does not list it. If it was removed, the next run joins it anew; if ${lead.name} was forced into a new cluster, it belongs to the others. ${silent.join(', ')} could not say which`,
    fix: [
      bringBack(silent),
      host.onHost("docker info --format '{{json .Swarm.RemoteManagers}}'; docker ps"),
      lead.onHost('docker node ls; docker service ls'),
    ],
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
  const unreached = hosts.filter(({ facts }) => facts === undefined);
  return nodes
    .filter(({ id, hostname }) => !known.has(id) && !unreached.some(({ name }) => name === hostname))
    .map((node) => {
      const same = hosts.find(({ facts }) => facts?.machine.hostname === node.hostname);
      return same === undefined || !mayLive(node) || isManager(node)
        ? stranger(node, lead, unreached.length > 0)
        : namesake(node, same, lead);
    });
}

/** What is bound to a host name, such as the administration of the accounts, would run on one or the other. */
function namesake(node: SwarmNode, host: SwarmHost, lead: SwarmHost): Finding {
  return {
    level: 'refuse',
    code: 'same-hostname',
    host: host.name,
    message: `another machine of the swarm has the same host name, ${node.hostname}: ${node.address ?? 'no address'}, node ${node.id}, which is not in the inventory. What belongs to a name, such as the host of Mailu's accounts, could run on either. If the other was taken out of the inventory, and is still needed, put it back; if not, drain it, and have it leave the swarm once what it has is elsewhere`,
    fix: [
      lead.onHost(sh`docker node inspect --pretty ${node.id}; docker node ps ${node.id}`.shown),
      `or give ${host.name} another host name (hostnamectl set-hostname), and restart its Docker`,
    ],
  };
}

function stranger(node: SwarmNode, lead: SwarmHost, unreached: boolean): Finding {
  const manager = isManager(node);
  const who = `${node.hostname} (${node.address ?? 'no address'}, node ${node.id}, ${stateOf(node)})`;
  const counted = manager ? ' A majority is counted from it as well.' : '';
  const whose = mayLive(node)
    ? `${manager ? "If it is not yours, this is somebody else's swarm. " : ''}Put it into the inventory`
    : 'If that machine comes back, put it into the inventory. If it is gone for good, its entry can go, and its labels with it';
  return {
    level: manager && !unreached ? 'refuse' : 'warn',
    code: manager ? 'unknown-manager' : 'unknown-node',
    message: `the swarm has a ${manager ? 'manager' : 'worker'} that is not in the inventory: ${who}.${counted} ${whose}. A run removes no node`,
    // A host that is not reached may be it, under another name.
    fix: [
      lead.onHost(
        mayLive(node) || unreached ? sh`docker node inspect --pretty ${node.id}`.shown : onceDown(node),
      ),
    ],
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
