import { type ContainerFact, isReached } from 'provision-swarm';
import type { MailuCluster, Reached } from '../settings/mailu.ts';
import { atLeast, familyOf, isVersion } from '../settings/mailu-version.ts';
import { unlistedNodes } from './accounts-seen.ts';
import { listedServices } from './listed-services.ts';
import { STACK } from './service.ts';

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
  // Which messages it has brought: without that list all that its owners leave at their provider come once more.
  fetchmail: ['/data'],
};

/** What these have can be fetched or made anew. */
const REMADE = ['front', 'antivirus', 'oletools', 'tika', 'redis'];

/** Whether what a service of Mailu has can be fetched or made anew. `image`: that it runs, for not all versions write the same. */
export const isRemade = (service: string, image: string): boolean =>
  REMADE.includes(service) || (service === 'fetchmail' && bringsWithoutList(image));

/** Whether a service of Mailu writes there, also where nothing is mounted. */
export const isKept = (service: string, image: string, target: string): boolean =>
  !isRemade(service, image) && PLACES[service]?.includes(target) === true;

/** Up to 1.8 fetchmail kept no list, and had the accounts' directory at the same place (optional/fetchmail/fetchmail.py of each tag). */
function bringsWithoutList(image: string): boolean {
  const tag = /:([^:/@]+)(@|$)/.exec(image)?.[1] ?? '';
  return isVersion(tag) && !atLeast(familyOf(tag), 1, 9);
}

/**
 * Files of the stack's services that Docker removes with their containers: in volumes without a name, and in containers themselves. What
 * somebody has added to the stack counts as well.
 */
export function fleetingFiles(cluster: MailuCluster): readonly Fleeting[] {
  const services = new Set(listedServices(cluster).map(({ name }) => name));
  return cluster.hosts.filter(isReached).flatMap((host) => {
    const { containers, former } = host.facts.neighbours;
    return [...containers, ...former]
      .filter(({ service = '' }) => services.has(service))
      .flatMap((container) => targetsOf(container).map((target) => ({ host, container, target })));
  });
}

function targetsOf({ service = '', image, keeps, running }: ContainerFact): readonly string[] {
  const name = service.slice(STACK.length + 1);
  if (isRemade(name, image)) return [];
  const unnamed = keeps.filter((kept) => kept.unnamed && !kept.empty).map(({ target }) => target);
  const inside = (PLACES[name] ?? []).filter(
    (place) => running && !keeps.some(({ target }) => place === target || place.startsWith(`${target}/`)),
  );
  return [...unnamed, ...inside];
}

/**
 * Services of the stack whose containers have what they write in themselves alone, or in a volume without a name, as their specification
 * says, and of which the hosts that were asked have fewer than there are: the others are on hosts that were not.
 */
export function withUnseenFiles(cluster: MailuCluster): readonly string[] {
  if (unasked(cluster).length + unlistedNodes(cluster.hosts).length === 0) return [];
  const running = cluster.hosts
    .filter(isReached)
    .flatMap(({ facts }) => facts.neighbours.containers)
    .filter((container) => container.running && container.engine === 'docker');
  const seen = (name: string) => running.filter(({ service }) => service === name).length;
  return listedServices(cluster)
    .filter(({ name, replicas }) => seen(name) < (replicas ?? Number.POSITIVE_INFINITY))
    .filter(({ name, image, keeps }) => {
      const service = name.slice(STACK.length + 1);
      const given = keeps.filter(({ source }) => source !== '').map(({ target }) => target);
      const isGiven = (place: string) => given.some((one) => place === one || place.startsWith(`${one}/`));
      return !isRemade(service, image) && PLACES[service]?.every(isGiven) === false;
    })
    .map(({ name }) => name)
    .toSorted();
}

/** Hosts whose containers nobody listed: they did not answer, or their Docker does not run. */
export const unasked = ({ hosts }: MailuCluster) =>
  hosts.filter((host) => !isReached(host) || host.facts.mailData.engine === 'stopped');

export const fleetingText = ({ host, container, target }: Fleeting) =>
  `${target} of ${container.name} on ${host.name}`;
