import type { ContainerFact } from 'provision-swarm';
import type { Reached } from '../settings/mailu.ts';
import type { FoundFile } from './accounts-files.ts';
import { ADMIN } from './accounts-places.ts';
import { isOf, type Seen } from './accounts-seen.ts';
import { isBelow } from './other-programs.ts';
import { stopping } from './stops.ts';

/** Whether an administration that runs has it. What a service says that is bound to no node says nothing of one host. */
export const isInUse = ({ seen }: FoundFile): boolean =>
  seen.some(({ host, path }) =>
    host.facts.mailData.containers.some(({ running, data }) => running && path === `${data}/main.db`),
  );

/** Whether the administration can run nowhere but with it. */
export const isBoundTo = ({ seen }: FoundFile, { data, node }: NonNullable<Seen['service']>): boolean =>
  data !== undefined &&
  node !== undefined &&
  seen.some(({ host, path }) => path === `${data}/main.db` && isOf(host, node));

export interface Holder {
  readonly host: Reached;
  readonly container: ContainerFact;
}

/** Containers that run, are not the administration of the swarm, and have been given a file: Mailu of Docker Compose, say. */
export function holdersOf({ seen }: FoundFile): readonly Holder[] {
  const found = seen.flatMap(({ host, path }) =>
    host.facts.neighbours.containers
      .filter(({ running, service }) => running && service !== ADMIN)
      .filter(({ mounts }) =>
        mounts.some((mount) => [mount.source, mount.path].some((given) => isBelow(path, [given]))),
      )
      .map((container) => ({ host, container })),
  );
  return [...new Map(found.map((each) => [`${each.host.name} ${each.container.name}`, each])).values()];
}

/** The containers in words. */
export const holdersText = (holders: readonly Holder[]) =>
  holders
    .map(({ host, container: { name, project, service } }) =>
      service !== undefined
        ? `the service ${service} on ${host.name}`
        : `the container ${name}${project === undefined ? '' : ` of the Compose project ${project}`} on ${host.name}`,
    )
    .join(', ');

/** What ends them and keeps them ended, where that loses nothing: swarm removes what a task has in itself. */
export const endingHolders = (holders: readonly Holder[]): readonly string[] =>
  holders.flatMap(({ host, container }) =>
    container.service !== undefined
      ? [`stop the service ${container.service}, which another stack or person has made`]
      : stopping([container], host),
  );
