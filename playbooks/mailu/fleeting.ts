import { type ContainerFact, isReached } from 'provision';
import { liveServices } from './live.ts';
import { STACK } from './parts.ts';
import type { MailuCluster, Reached } from './settings.ts';

/** What goes with a container, and nobody else has. */
export interface Fleeting {
  readonly host: Reached;
  readonly container: ContainerFact;
  readonly target: string;
}

/** Where Mailu's programs write what cannot be made again (VOLUME in its images). */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  imap: ['/mail'],
  admin: ['/data', '/dkim'],
  smtp: ['/queue'],
  webmail: ['/data'],
  webdav: ['/data'],
};

/** What these have can be fetched or made anew. */
const REMADE = ['front', 'antivirus', 'oletools', 'tika', 'redis', 'fetchmail'];

export const isRemade = (service: string): boolean => REMADE.includes(service);
/** Whether a service of Mailu writes there, also where nothing is mounted. */
export const isKept = (service: string, target: string): boolean =>
  PLACES[service]?.includes(target) === true;

/**
 * Files of the stack's services that Docker removes with their containers: in volumes without a name, and in containers themselves. What
 * somebody has added to the stack counts as well.
 */
export function fleetingFiles(cluster: MailuCluster): readonly Fleeting[] {
  const services = new Set(liveServices(cluster).map(({ name }) => name));
  return cluster.hosts.filter(isReached).flatMap((host) => {
    const { containers, former } = host.facts.neighbours;
    return [...containers, ...former]
      .filter(({ service = '' }) => services.has(service))
      .flatMap((container) => targetsOf(container).map((target) => ({ host, container, target })));
  });
}

function targetsOf({ service = '', keeps, running }: ContainerFact): readonly string[] {
  const name = service.slice(STACK.length + 1);
  if (isRemade(name)) return [];
  const unnamed = keeps.filter((kept) => kept.unnamed && !kept.empty).map(({ target }) => target);
  const inside = (PLACES[name] ?? []).filter(
    (place) => running && !keeps.some(({ target }) => place === target || place.startsWith(`${target}/`)),
  );
  return [...unnamed, ...inside];
}

export const fleetingText = ({ host, container, target }: Fleeting) =>
  `${target} of ${container.name} on ${host.name}`;
