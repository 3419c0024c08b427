import { type ContainerFact, type Finding, isReached, type ServiceFact } from 'provision-swarm';
import { type Mailu, type MailuCluster, portsOf, type Reached, SERVICES } from '../settings/mailu.ts';
import { isMailu, otherContainers, otherServices, ownDatabase } from './other-mailu.ts';
import { isBelow, otherPrograms } from './other-programs.ts';
import { STACK } from './service.ts';
import { ending, staysStopped, stopping } from './stops.ts';
import { allNamesOn, servedBelow, serves, writtenBelow } from './written.ts';

const OWN: ReadonlySet<string> = new Set(SERVICES.map((name) => `${STACK}_${name}`));

/**
 * Who else writes what is ours, or has one of our ports: containers, services of other stacks, programs. Two Dovecot on one mailbox,
 * or two redis on one file, destroy it. All hosts are asked, for a writer runs wherever swarm puts it.
 */
export function inspectNeighbours(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const { storage } = cluster.others;
  const written = writtenBelow(mailu, storage.root);
  const served = servedBelow(written, storage);
  const reached = cluster.hosts.filter(isReached);
  const places = new Map(
    reached.map((host) => [
      host,
      allNamesOn(host, serves(host, storage) ? [...written, ...served] : written),
    ]),
  );
  const on = (host: Reached) => places.get(host) ?? written;
  // In a brick it is GlusterFS itself that has files open.
  const byPrograms = (host: Reached) => (storage.kind === 'glusterfs' ? allNamesOn(host, written) : on(host));
  return [
    ...reached.flatMap((host) => containersOf(mailu, host, on(host), tellerOf(reached) ?? host)),
    ...services(mailu, reached, on),
    ...mayWrite(reached, on),
    ...kept(cluster),
    ...reached.flatMap((host) => otherPrograms(host, byPrograms(host))),
  ];
}

/** A host that can be asked about services: managers alone list them. */
const tellerOf = (hosts: readonly Reached[]) =>
  hosts.find(({ facts }) => facts.neighbours.services.length > 0);

/** The places under all their names on a host: the same directory may have others there. */
type PlacesOn = (host: Reached) => readonly string[];

/** Whoever has a directory has all that is in it. */
const isAbove = (path: string, places: readonly string[]) =>
  path !== '/' && places.some((place) => place.startsWith(`${path}/`));

const named = (names: readonly (string | number)[]) => names.join(', ');

interface Touched {
  readonly ports: readonly number[];
  readonly paths: readonly string[];
}

/** What of a neighbour is ours, as people read it. */
function touchText({ ports, paths }: Touched): string {
  return [
    ...(paths.length > 0 ? [`writes ${named(paths)}`] : []),
    ...(ports.length > 0
      ? [`has port ${named(ports.toSorted((a, b) => a - b))}, which Mailu's front opens`]
      : []),
  ].join(' and ');
}

/** Who has been given more than it needs: a backup, most likely, for which reading is enough. */
function mayWrite(hosts: readonly Reached[], on: PlacesOn): readonly Finding[] {
  const found = hosts.flatMap((host) => {
    const { neighbours } = host.facts;
    const places = on(host);
    return [
      ...neighbours.containers
        .filter((container) => container.service === undefined && !isMailu(container))
        .map(({ name, mounts }) => ({ what: `the container ${name}`, mounts, places })),
      ...neighbours.services
        .filter((service) => service.stack !== STACK && !isMailu(service))
        .map(({ name, mounts }) => ({ what: `the service ${name}`, mounts, places })),
    ];
  });
  const all = found.flatMap(({ what, mounts, places }) =>
    mounts.filter(({ path }) => isAbove(path, places)).map(({ path }) => `${what} may write all of ${path}`),
  );
  return [...new Set(all)].map((message) => ({
    level: 'warn' as const,
    code: 'may-write',
    message: `${message}, and Mailu's files are in it. Reading is enough for a backup: give it the directory read-only`,
    fix: [],
  }));
}

/** Containers of one Compose project are told together; every other is told for itself. */
function containersOf(
  mailu: Mailu,
  host: Reached,
  places: readonly string[],
  through: Reached,
): readonly Finding[] {
  const opens = host.settings.front || mailu.publish === 'ingress';
  const strangers = host.facts.neighbours.containers
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .filter(({ service }) => service === undefined || !OWN.has(service));
  const groups = new Map<string, ContainerFact[]>();
  for (const container of strangers) {
    const group = container.project === undefined ? `/${container.name}` : container.project;
    groups.set(group, [...(groups.get(group) ?? []), container]);
  }
  return [...groups.values()].flatMap((group): readonly Finding[] => {
    const touched = {
      ports: [...new Set(group.flatMap(({ ports }) => ports))].filter(
        (port) => opens && portsOf(mailu).some((wanted) => wanted === port),
      ),
      paths: [
        ...new Set(
          group.flatMap((container) =>
            container.mounts
              // The same directory may have another name on this host.
              .filter(
                ({ path, shared }) =>
                  isBelow(path, places) || (isMailu(container) && (shared || isAbove(path, places))),
              )
              .map(({ path }) => path),
          ),
        ),
      ].toSorted(),
    };
    const [first] = group;
    if (first === undefined) return [];
    // A task of another service: the services are told once, not on each host; only its ports are this host's.
    const task = first.service !== undefined;
    if (task && touched.ports.length === 0) return [];
    if (touched.ports.length + touched.paths.length === 0) return otherContainers(group, host);
    const { engine, project, service } = first;
    const what =
      service !== undefined
        ? `the service ${service} of the swarm`
        : project === undefined
          ? `the container ${first.name} (${first.image})`
          : `the Compose project ${project} (${named(group.map(({ name }) => name))})`;
    const running = group.some((container) => container.running);
    const ends =
      !task && running && staysStopped(group)
        ? '. The command below stops that for good; what it has written stays'
        : '';
    return [
      {
        level: 'refuse',
        code: touched.paths.length > 0 && !task ? 'other-writer' : 'port-in-use',
        host: host.name,
        message: `${what} ${touchText(task ? { ...touched, paths: [] } : touched)}${running ? '' : `; it is stopped, and comes back when ${engine} is started again`}${ends}`,
        fix:
          service !== undefined
            ? [
                through.onHost(`docker service inspect --pretty ${service}`),
                'let it publish another port, or stop it',
              ]
            : stopping(group, host),
      },
    ];
  });
}

/** Services in our stack that Mailu has not: somebody has put them there. */
export function addedServices({ hosts }: MailuCluster): readonly string[] {
  const all = hosts.filter(isReached).flatMap(({ facts }) => facts.neighbours.services);
  const added = all.filter(({ stack, name }) => stack === STACK && !OWN.has(name)).map(({ name }) => name);
  return [...new Set(added)].toSorted();
}

function kept(cluster: MailuCluster): readonly Finding[] {
  const names = addedServices(cluster);
  if (names.length === 0) return [];
  return [
    {
      level: 'warn',
      code: 'added-services',
      message: `the stack ${STACK} has services that Mailu has not: ${named(names)}; they stay as they are, and are whoever's who added them`,
      fix: [],
    },
  ];
}

function services(mailu: Mailu, hosts: readonly Reached[], on: PlacesOn): readonly Finding[] {
  const found = new Map<string, { readonly service: ServiceFact; readonly host: Reached }>();
  for (const host of hosts)
    for (const service of host.facts.neighbours.services)
      if (!OWN.has(service.name) && !found.has(service.name)) found.set(service.name, { service, host });
  const all = [...found.values()].map(({ service, host }) => ({
    service,
    host,
    touched: touchedBy(service, mailu, [
      { mounts: service.mounts, places: on(host) },
      ...hosts.map((each) => ({
        mounts: each.facts.neighbours.containers
          .filter((container) => container.service === service.name)
          .flatMap(({ mounts }) => mounts),
        places: on(each),
      })),
    ]),
  }));
  const isTouching = ({ touched }: { readonly touched: Touched }) =>
    touched.ports.length + touched.paths.length > 0;
  return [
    ...all
      .filter((each) => isTouching(each) && each.service.replicas !== 0)
      .map(({ service, host, touched }): Finding => {
        const { name, stack } = service;
        const database = ownDatabase(service, touchText(touched));
        if (database !== undefined) return database;
        const { fix, ends } = ending(service, host, hosts);
        return {
          level: 'refuse',
          code: touched.paths.length > 0 ? 'other-writer' : 'port-in-use',
          message: `the service ${name}${stack === undefined ? '' : ` of the stack ${stack}`} ${touchText(touched)}${ends}`,
          fix: [fix],
        };
      }),
    ...otherServices(
      all.filter((each) => !isTouching(each) && each.service.stack !== STACK).map(({ service }) => service),
    ),
  ];
}

/** What a service may write, as it says itself or one of its tasks has it, and what is ours there. */
interface Written {
  readonly mounts: ServiceFact['mounts'];
  readonly places: readonly string[];
}

/** A volume of a server may be the shared storage by another name. */
const isOfServer = (path: string) => !path.startsWith('/');

function touchedBy(service: ServiceFact, mailu: Mailu, written: readonly Written[]): Touched {
  const { stack, meshPorts } = service;
  // What an admin has added to this stack is theirs: a copy of the mail, say. It is told where the stack is.
  const theirs = stack === STACK && !isMailu(service);
  return {
    ports: meshPorts.filter((port) => portsOf(mailu).some((wanted) => wanted === port)),
    paths: theirs
      ? []
      : [
          ...new Set(
            written.flatMap(({ mounts, places }) =>
              mounts
                .map(({ path }) => path)
                .filter(
                  (path) =>
                    isBelow(path, places) ||
                    (isMailu(service) && (isOfServer(path) || isAbove(path, places))),
                ),
            ),
          ),
        ],
  };
}
