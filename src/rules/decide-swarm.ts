import type { Finding } from '../errors/index.ts';
import type { SwarmNode } from '../facts/index.ts';
import { answered, membershipOf, type SwarmHost } from './swarm-host.ts';

/** What is to be done about a swarm, from what all hosts said. */
export type SwarmDecision<H extends SwarmHost> =
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }
  /** No host is in a swarm, and every manager said so. */
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
 * Never a second swarm: decided from the cluster ids of all hosts, never from their order. Some in a swarm: that
 * one is the cluster. None in one and every manager answered: it is made. Anything else is refused.
 */
export function decideSwarm<H extends SwarmHost>(hosts: readonly H[]): SwarmDecision<H> {
  const refused = (...findings: Finding[]): SwarmDecision<H> => ({ kind: 'refused', findings });
  const troubled = hosts.flatMap(troubledState);
  if (troubled.length > 0) return refused(...troubled);

  const ids = new Map<string, H[]>();
  for (const host of hosts) {
    const id = membershipOf(host)?.clusterId;
    if (id !== undefined) ids.set(id, [...(ids.get(id) ?? []), host]);
  }
  const managers = hosts.filter(({ settings }) => settings.role === 'manager');
  const silent = managers.filter((host) => !answered(host));
  const [clusterId, ...others] = ids.keys();
  if (clusterId === undefined) {
    const [first] = managers;
    if (silent.length > 0 || first === undefined) return refused(silentManagers(silent));
    return { kind: 'initialise', on: first };
  }
  if (others.length > 0) return refused(twoSwarms(ids));

  const members = ids.get(clusterId) ?? [];
  const running = members.filter(({ facts }) => facts?.swarm.info?.state === 'active');
  const controlling = running.filter(({ facts }) => facts?.swarm.info?.control === true);
  const able = controlling.filter(({ facts }) => facts?.swarm.nodes !== undefined);
  const lead = able.find(({ settings }) => settings.role === 'manager') ?? able[0];
  if (lead !== undefined) return { kind: 'exists', clusterId, lead, nodes: lead.facts?.swarm.nodes ?? [] };
  const stopped = managers.filter((host) => members.includes(host) && !running.includes(host));
  const [asleep] = stopped;
  if (asleep !== undefined) return { kind: 'asleep', clusterId, lead: asleep };
  if (controlling.length > 0) return refused(noQuorum(clusterId, controlling));
  if (silent.length > 0) return refused(silentManagers(silent));
  return refused(foreign(clusterId, members));
}

/** States of a node that only a person can judge. */
function troubledState(host: SwarmHost): readonly Finding[] {
  const info = host.facts?.swarm.info;
  const finding = (code: string, message: string, fix: string): readonly Finding[] => [
    { level: 'refuse', code, host: host.name, message, fix: [fix] },
  ];
  if (info?.state === 'locked')
    return finding(
      'swarm-locked',
      'its swarm is locked with a key (autolock)',
      host.onHost('docker swarm unlock'),
    );
  if (info?.state === 'pending')
    return finding('swarm-pending', 'it is still joining a swarm', 'wait a minute and run again');
  if (info?.state === 'error')
    return finding(
      'swarm-error',
      `its swarm is in an error: ${info.error}. Look into it first; a node that left is joined anew by the next run`,
      host.onHost('docker swarm leave'),
    );
  return [];
}

function silentManagers(silent: readonly SwarmHost[]): Finding {
  const names = silent.map(({ name, facts }) =>
    facts?.swarm.unknown === undefined ? name : `${name} (Docker: ${facts.swarm.unknown})`,
  );
  return {
    level: 'refuse',
    code: 'silent-manager',
    message: `no swarm was seen, and ${names.join(', ')} did not answer: a silent manager may hold the swarm, and a second one must never be made`,
    fix: [
      `bring ${silent.map(({ name }) => name).join(', ')} back, or take ${silent.length === 1 ? 'it' : 'those that are gone for good'} out of the inventory, and run again`,
    ],
  };
}

function twoSwarms(ids: ReadonlyMap<string, readonly SwarmHost[]>): Finding {
  const list = [...ids].map(([id, hosts]) => `${hosts.map(({ name }) => name).join(', ')} in ${id}`);
  const fewest = [...ids.values()].toSorted((a, b) => a.length - b.length)[0] ?? [];
  return {
    level: 'refuse',
    code: 'two-swarms',
    message: `the hosts are in different swarms: ${list.join('; ')}. Find out which one is yours; a host of the other leaves it, with all that runs there, by the command below`,
    fix: fewest.map((host) => host.onHost('docker swarm leave --force')),
  };
}

function noQuorum(clusterId: string, managers: readonly SwarmHost[]): Finding {
  const first = managers[0];
  return {
    level: 'refuse',
    code: 'no-quorum',
    message: `swarm ${clusterId} has no quorum: ${managers.map(({ name }) => name).join(', ')} cannot reach a majority of its managers, so nothing can be changed; what runs goes on running. Start the other managers and the network between them, and run again. The command below makes a swarm of one manager out of it: only if the others are lost for good, and never while they may come back`,
    fix:
      first === undefined
        ? []
        : [first.onHost(`docker swarm init --force-new-cluster --advertise-addr ${first.address}`)],
  };
}

function foreign(clusterId: string, members: readonly SwarmHost[]): Finding {
  return {
    level: 'refuse',
    code: 'foreign-swarm',
    message: `${members.map(({ name }) => name).join(', ')} belongs to swarm ${clusterId}, whose managers are not in the inventory: it is somebody else's. If it is yours, put its managers into the inventory; if it is to be given up, let the host leave it, with all that runs there`,
    fix: members.map((host) => host.onHost('docker swarm leave --force')),
  };
}
