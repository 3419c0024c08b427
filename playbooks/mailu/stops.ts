import type { ContainerFact } from 'provision-swarm';
import type { Reached } from './settings.ts';

/**
 * Stops a service of the swarm, and ends when it has stopped: its tasks run on for a while after the swarm was told, and one that is called
 * `Starting` works already. While it waits it says for whom; a node that is down stops nothing.
 */
export const stops = (service: string): string =>
  `docker service scale ${service}=0 && until told=$(docker service ps --format '{{.CurrentState}} on {{.Node}}' ${service}) && ! printf '%s\\n' "$told" | grep -E '^(Starting|Running)'; do sleep 2; done`;

/** Stops containers so that they stay stopped. What they are and have written stays: `docker start` brings them back. */
export function stopping(group: readonly ContainerFact[], host: Reached): readonly string[] {
  const engine = group[0]?.engine ?? 'docker';
  const names = group.map(({ name }) => name).join(' ');
  if (group.some(({ fleeting }) => fleeting))
    return [
      `${engine} removes it once it ends, with all that it alone has (it was begun with --rm): copy what is needed, then stop it; see what it has with: ${host.onHost(`${engine} diff ${group[0]?.name}; ${engine} inspect ${names}`)}`,
    ];
  const stay = `${engine} update --restart=no ${names}`;
  return [host.onHost(group.some(({ running }) => running) ? `${stay} && ${engine} stop ${names}` : stay)];
}
