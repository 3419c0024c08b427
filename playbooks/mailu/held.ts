import { type ContainerFact, type Finding, isReached, sh } from 'provision-swarm';
import type { Mailu, MailuCluster, Reached, ServiceName } from '../settings/mailu.ts';
import { shared } from './accounts-seen.ts';
import { askedManager } from './asked-hosts.ts';
import { servicesOf } from './deployed.ts';
import { isKept, isRemade } from './fleeting.ts';
import { listedServices } from './listed-services.ts';
import { SMTP } from './queue.ts';
import { STACK } from './service.ts';
import { namesOn, wantedPlaces } from './written.ts';

/** What a container of ours has at a place that the inventory has on the shared storage, and has it elsewhere. */
export interface Held {
  readonly host: Reached;
  readonly container: ContainerFact;
  readonly name: ServiceName;
  readonly target: string;
  /** Where the inventory has it. */
  readonly wanted: string;
  /** Its directory on the host; `undefined`: in the container itself. */
  readonly path: string | undefined;
  /** The volume goes when its container does. */
  readonly fleeting: boolean;
  /** The service is already told to have it where the inventory says. */
  readonly behind: boolean;
}

/**
 * Volumes, and containers' own files, that services of ours have where the inventory has a directory: by what the containers on the
 * hosts have, for a stack file does not name what an image's VOLUME makes. Docker removes such a volume with its container, and swarm
 * removes containers: when a service is removed, scaled down, or changed some times (moby, daemon/cluster/executor/container).
 */
export function heldElsewhere(mailu: Mailu, cluster: MailuCluster): readonly Held[] {
  const { root } = cluster.others.storage;
  const reached = cluster.hosts.filter(isReached);
  const live = new Map(listedServices(cluster).map((service) => [service.name, service]));
  return servicesOf(mailu).flatMap((name) =>
    wantedPlaces(name, mailu, root)
      // The accounts have rules of their own.
      .filter(({ target }) => name !== 'admin' || target !== '/data')
      .flatMap(({ source: wanted, target }) => {
        const told = live.get(`${STACK}_${name}`)?.keeps.find((place) => place.target === target);
        const behind = reached
          .map((host) => namesOn(host, wanted))
          .some((names) => told !== undefined && (names.includes(told.source) || names.includes(told.path)));
        return reached.flatMap((host) =>
          tasksOf(host, name).flatMap((container): readonly Held[] => {
            const found = holds(container, target, namesOn(host, wanted));
            // A queue that is written has rules of its own.
            if (found === undefined || (container.running && `${STACK}_${name}` === SMTP)) return [];
            const { image } = container;
            const kept = found.path === undefined ? isKept(name, image, target) : !isRemade(name, image);
            if (found.fleeting && !kept) return [];
            return [{ host, container, name, target, wanted, behind, ...found }];
          }),
        );
      }),
  );
}

function tasksOf({ facts: { neighbours } }: Reached, name: ServiceName): readonly ContainerFact[] {
  const all = [...neighbours.containers, ...neighbours.former];
  return all.filter(({ service, engine }) => service === `${STACK}_${name}` && engine === 'docker');
}

/** Where a container has what its programs find at a path, if it is neither in one of these directories nor in another that was given. */
function holds(
  { keeps, running }: ContainerFact,
  target: string,
  names: readonly string[],
): Pick<Held, 'path' | 'fleeting'> | undefined {
  const [nearest] = keeps
    .filter((kept) => target === kept.target || target.startsWith(`${kept.target}/`))
    .toSorted((a, b) => b.target.length - a.target.length);
  if (nearest === undefined) return running ? { path: undefined, fleeting: true } : undefined;
  const path = `${nearest.path}${target.slice(nearest.target.length)}`;
  // A directory that was given is told by the service, and a volume with a name stays.
  if (!nearest.volume || names.includes(path) || !(running || nearest.unnamed)) return undefined;
  return nearest.unnamed && nearest.empty ? undefined : { path, fleeting: nearest.unnamed };
}

/** What has to be copied before the run changes the service, and what a container that has ended still has. */
export function inspectHeld(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  return heldElsewhere(mailu, cluster).flatMap((held): readonly Finding[] => {
    const { container, behind } = held;
    if (!behind || container.running) return [elsewhere(mailu, held, cluster)];
    return [leftBehind(mailu, held)];
  });
}

const whatOf = (mailu: Mailu, { name, target }: Held) =>
  name === 'imap' ? `mail of ${mailu.domain}` : `what ${name} has in ${target}`;

function whereIs({ path, container, fleeting }: Held): string {
  if (path === undefined) return `inside of the container ${container.name}`;
  return `in ${path}, ${fleeting ? `a volume without a name of the container ${container.name}` : "a volume of Docker's"}`;
}

/** Copies over nothing that is there. */
function copying({ path, container, target, wanted }: Held): string {
  const into = sh`mkdir -p -- ${wanted}`.shown;
  return path === undefined
    ? `${into} && ${sh`docker cp ${`${container.name}:${target}/.`} - | tar -C ${wanted} --skip-old-files --numeric-owner -xpf -`.shown}`
    : `${into} && ${sh`tar -C ${path} --numeric-owner -cf - . | tar -C ${wanted} --skip-old-files --numeric-owner -xpf -`.shown}`;
}

function elsewhere(mailu: Mailu, held: Held, cluster: MailuCluster): Finding {
  const { host, container, name, target, wanted, fleeting } = held;
  const mounted = cluster.others.storage.kind === 'none' || shared(host)?.mounted === true;
  const there = name === 'imap' ? (shared(host)?.mailboxes ?? []) : [];
  const both =
    there.length === 0
      ? ''
      : `. ${wanted} has mail as well, of ${there.join(', ')}: if that is an older copy, move it aside first, or every message of it is there twice`;
  const through = askedManager(cluster) ?? host;
  const pause = container.running ? `${sh`docker pause ${container.name}`.shown} && ` : '';
  const mount = `type=bind,source=${wanted},target=${target}`;
  return {
    level: 'refuse',
    code: 'mail-elsewhere',
    host: host.name,
    message: `${whatOf(mailu, held)} is ${whereIs(held)}, and the inventory says ${wanted}: ${name === 'imap' ? 'every mailbox would be empty' : `${name} would begin without it`}${fleeting ? '. Docker removes it with the container: do not remove or scale the service before it is copied' : ''}${both}`,
    fix: [
      ...(mounted
        ? []
        : [
            `have the shared storage mounted first: run once without the section \`mailu\`, after a copy to another disk of ${host.name}`,
          ]),
      `${container.running ? 'hold the container, which ends nothing, and copy' : 'copy'}: ${host.onHost(`${pause}${copying(held)}`)}`,
      `once that has ended without an error${held.path === undefined ? ', or where it says that it could not find the file,' : ','} let ${name} go on with the copy, and run again: ${through.onHost(sh`docker service update --mount-add ${mount} ${`${STACK}_${name}`}`.shown)}`,
      ...(container.running
        ? [
            `to leave it as it was instead, and to begin later with an empty ${wanted}: ${host.onHost(sh`docker unpause ${container.name}`.shown)}`,
          ]
        : []),
    ],
  };
}

function leftBehind(mailu: Mailu, held: Held): Finding {
  const { host, wanted } = held;
  return {
    level: 'warn',
    code: 'mail-behind',
    host: host.name,
    message: `a container that has ended still has ${whatOf(mailu, held)}, ${whereIs(held)}. Docker removes it after some changes of the service. What of it is not in ${wanted} has to be copied before, and beside it: in between messages were read and deleted, which would come back`,
    fix: [
      `to keep it, and to bring over later what is missing: ${host.onHost(copying({ ...held, wanted: `${wanted}.behind-${held.container.name}` }))}`,
    ],
  };
}
