import { decideSwarm, entryOf, type Finding } from 'provision-swarm';
import type { Swarm } from '../settings/swarm.ts';

const WORDS = {
  drain: 'is drained: nothing runs on it',
  pause: 'is paused: nothing is started on it',
} as const;

/** Nodes that somebody has drained or paused by hand. They stay so, for who did it has a reason that is not known here. */
export function inspectAvailability({ hosts }: Swarm): readonly Finding[] {
  const decision = decideSwarm(hosts);
  if (decision.kind !== 'exists') return [];
  return hosts.flatMap((host): readonly Finding[] => {
    const node = entryOf(host, decision.nodes);
    if (node === undefined || node.availability === 'active' || host.settings.availability !== undefined)
      return [];
    return [
      {
        level: 'warn',
        code: 'availability-kept',
        host: host.name,
        message: `it ${WORDS[node.availability]}, and the inventory does not say what it should be; it stays so`,
        fix: [
          `set hosts.${host.name}.swarm.availability to ${node.availability}, or to active to have it back`,
        ],
      },
    ];
  });
}
