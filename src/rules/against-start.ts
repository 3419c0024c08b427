import type { Finding } from '../errors/index.ts';
import type { SwarmNode } from '../facts/index.ts';
import { byName } from '../resource/index.ts';
import { decideSwarm } from './decide-swarm.ts';
import { copyOf, sameNode, twinsAmong } from './same-node.ts';
import { aside } from './stray-state.ts';
import { answered, entryOf, isHeardElsewhere, membershipOf, type SwarmHost } from './swarm-host.ts';
import { dockerSilent, silentHosts, troubles } from './swarm-troubles.ts';

/**
 * What speaks against starting engines: one whose data is away comes up empty and in no swarm, and a copy takes the place of its
 * original. Each of it is refused for the swarm as well, and in the same words. Whose engine has said what it is in, is not started.
 */
export function inspectStarts(given: readonly SwarmHost[]): readonly Finding[] {
  const hosts = given.toSorted(byName);
  const started = hosts.filter(isStarted);
  const decision = decideSwarm(hosts);
  return [
    ...started.flatMap(troubles),
    ...twinsAmong(hosts)
      .filter((twins) => twins.some(isStarted))
      .map(sameNode),
    ...(decision.kind === 'exists'
      ? started.flatMap((host) => againstStart(host, decision.nodes, decision.lead))
      : unclear(started, hosts)),
  ];
}

/** An engine that runs and could not be asked is one of them: it would be restarted, and nobody knows what it is in. */
function isStarted({ facts }: SwarmHost): boolean {
  return facts !== undefined && facts.swarm.info === undefined;
}

function unclear(started: readonly SwarmHost[], hosts: readonly SwarmHost[]): readonly Finding[] {
  const unknown = started.filter((host) => !answered(host));
  if (unknown.length === 0 || hosts.some((host) => membershipOf(host) !== undefined))
    return unknown.map(dockerSilent);
  return [silentHosts(hosts.filter((host) => !answered(host)))];
}

/** What speaks against starting the engine of a host beside managers that have this list. */
export function againstStart(
  host: SwarmHost,
  nodes: readonly SwarmNode[],
  lead: SwarmHost,
): readonly Finding[] {
  if (!answered(host)) return [dockerSilent(host)];
  const entry = entryOf(host, nodes);
  if (entry !== undefined && isHeardElsewhere(host, entry)) return [copyOf(host, entry, lead)];
  if (entry === undefined && isStarted(host) && host.facts?.swarm.membership?.role === 'manager')
    return [unlisted(host, lead)];
  return [];
}

/** Its old state may have it as the only manager, as where it founded the swarm: such a one elects itself. */
function unlisted(host: SwarmHost, lead: SwarmHost): Finding {
  const { root = '', membership } = host.facts?.swarm ?? {};
  return {
    level: 'refuse',
    code: 'removed-manager',
    host: host.name,
    message: `its Docker does not run, and ${root} has the state of a manager of this swarm (node ${membership?.nodeId}) that the managers do not list. Started, it could go on as a second swarm with the same id. If it was removed, as where an old disk has come back, its state has to go first, and the next run joins it anew; if they were forced into a new cluster without it, that state may be the swarm that has your services`,
    fix: [lead.onHost('docker node ls; docker service ls'), aside(host, root)],
  };
}
