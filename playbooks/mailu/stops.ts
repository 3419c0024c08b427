import type { ContainerFact, ServiceFact } from 'provision-swarm';
import type { Reached } from '../settings/mailu.ts';

/**
 * Stops a service of the swarm, and ends when it has stopped: its tasks run on for a while after the swarm was told, and one that is called
 * `Starting` works already. While it waits it says for whom; a node that is down stops nothing.
 */
export const stops = (service: string): string =>
  `docker service scale ${service}=0 && until told=$(docker service ps --format '{{.CurrentState}} on {{.Node}}' ${service}) && ! printf '%s\\n' "$told" | grep -E '^(Starting|Running)'; do sleep 2; done`;

/** Whether containers stay when they are stopped. One that was begun with --rm goes. */
export const staysStopped = (group: readonly ContainerFact[]): boolean =>
  !group.some(({ fleeting }) => fleeting);

/** Stops containers so that they stay stopped. What they are and have written stays: `docker start` brings them back. */
export function stopping(group: readonly ContainerFact[], host: Reached): readonly string[] {
  const engine = group[0]?.engine ?? 'docker';
  const names = group.map(({ name }) => name).join(' ');
  if (!staysStopped(group))
    return [
      `${engine} removes it once it ends, with all that it alone has (it was begun with --rm): copy what is needed, then stop it; see what it has with: ${host.onHost(`${engine} diff ${group[0]?.name}; ${engine} inspect ${names}`)}`,
    ];
  const runs = group.some(({ running }) => running);
  const stay = `${engine} update --restart=no ${names}`;
  const stop = `${engine} stop ${names}`;
  if (engine === 'docker') return [host.onHost(runs ? `${stay} && ${stop}` : stay)];
  // podman knows --restart since 5.1 (its release notes); the first command has ended what writes by then.
  return [
    host.onHost(runs ? `${stop} && ${stay}` : stay),
    `where podman knows no --restart (before 5.1), remove the container with podman rm, which keeps its volumes, once you have seen what it alone has: ${host.onHost(`podman diff ${group[0]?.name}`)}`,
  ];
}

/** How a service is ended. Swarm removes its containers then, with what they alone have. */
export function ending(
  { name, replicas }: ServiceFact,
  host: Reached,
  hosts: readonly Reached[],
): { readonly fix: string; readonly ends: string } {
  const look = host.onHost(`docker service inspect --pretty ${name}`);
  const alone = hosts.flatMap(({ facts: { neighbours } }) =>
    [...neighbours.containers, ...neighbours.former]
      .filter((container) => container.service === name)
      .flatMap(({ keeps }) => keeps.filter(({ unnamed, empty }) => unnamed && !empty)),
  );
  if (alone.length > 0)
    return looking(
      `its containers have files in volumes without a name, which Docker removes with them (${[...new Set(alone.map(({ path }) => path))].join(', ')}): copy what is needed of them, then stop it; see what it is with: ${look}`,
    );
  if (replicas === undefined)
    return looking(
      `stop it: it runs on every node, and has no number to set to 0; see what it is with: ${look}`,
    );
  return {
    fix: host.onHost(`docker service scale ${name}=0`),
    ends: '. The command below ends it, and swarm removes its containers with what they have written inside of themselves',
  };
}

const looking = (fix: string) => ({ fix, ends: '' });
