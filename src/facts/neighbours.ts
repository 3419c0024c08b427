import { z } from 'zod';
import { type Probe, ProbeError } from '../resource/index.ts';
import { lines, raw, sh } from '../shell/index.ts';
import { NAMES_OF } from './names-of.ts';
import { steady } from './steady.ts';

/** A container that runs on this host, or will when its engine starts again. */
export interface ContainerFact {
  readonly engine: 'docker' | 'podman';
  readonly name: string;
  readonly image: string;
  readonly running: boolean;
  /** Whether the engine starts it again when the engine is started. */
  readonly returns: boolean;
  /** Of Docker Compose, by its label. */
  readonly project: string | undefined;
  /** The service of the swarm that it is a task of. */
  readonly service: string | undefined;
  /** TCP ports of the host. */
  readonly ports: readonly number[];
  readonly mounts: readonly WritableMount[];
  /** What it has from outside of itself, volumes included, by where its programs find it. */
  readonly keeps: readonly KeptVolume[];
  /** Whether its engine removes it, with its volumes that have no name, once it ends. */
  readonly fleeting: boolean;
}

/** A directory or file of the host that is given to a container to write. */
export interface WritableMount {
  /** As it was given. */
  readonly source: string;
  /** Without symbolic links, where that could be told. */
  readonly path: string;
  /** Whether it is on a file system that other hosts may have mounted as well. */
  readonly shared: boolean;
}

/** A service of the swarm, as a manager lists it. */
export interface ServiceFact {
  readonly name: string;
  readonly image: string;
  readonly stack: string | undefined;
  /** `undefined`: one on each node. */
  readonly replicas: number | undefined;
  /** TCP ports that every node answers at. */
  readonly meshPorts: readonly number[];
  readonly mounts: readonly WritableMount[];
  /** What it keeps in directories of hosts and in volumes of Docker's, by where its programs find it. */
  readonly keeps: readonly KeptPlace[];
}

export interface KeptPlace {
  /** In the container. */
  readonly target: string;
  /** The directory as it was given, or the name of the volume; empty where it has none. */
  readonly source: string;
  /** The directory without symbolic links; the name of the volume. */
  readonly path: string;
  readonly volume: boolean;
}

/** What a container has at a place: a directory of its host, wherever that one comes from. */
export interface KeptVolume extends KeptPlace {
  /** A volume that Docker has made for this container alone, and removes with it. */
  readonly unnamed: boolean;
  /** No file is in that volume, as far as was looked: only directories, or sockets. */
  readonly empty: boolean;
}

export interface NeighbourFacts {
  readonly containers: readonly ContainerFact[];
  /** Tasks of swarm that have ended, while Docker still has their containers. */
  readonly former: readonly ContainerFact[];
  /** All paths at which the host has each of the places that were asked for: through links and bind mounts as well. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** Empty where the host is no manager. */
  readonly services: readonly ServiceFact[];
}

/** Labels hold what people write, so only three of them leave the host. */
const CONTAINER = `{"name":{{json .Name}},"image":{{json .Config.Image}},"running":{{json .State.Running}},"restart":{{json .HostConfig.RestartPolicy.Name}},"fleeting":{{json .HostConfig.AutoRemove}},"project":{{json (index .Config.Labels "com.docker.compose.project")}},"service":{{json (index .Config.Labels "com.docker.swarm.service.name")}},"ports":{{json .NetworkSettings.Ports}},"bound":{{json .HostConfig.PortBindings}},"mounts":{{json .Mounts}}}`;
const SERVICE = `{"name":{{json .Spec.Name}},"stack":{{json (index .Spec.Labels "com.docker.stack.namespace")}},"mode":{{json .Spec.Mode}},"ports":{{json .Endpoint.Ports}}{{with .Spec.TaskTemplate.ContainerSpec}},"image":{{json .Image}},"mounts":{{json .Mounts}}{{end}}}`;

const LIST = `\
found=
if command -v docker >/dev/null && [ "$(systemctl is-active docker.service)" = active ]; then
  ids=$(timeout 30 docker ps --quiet --all --no-trunc) || exit
  [ -z "$ids" ] || found=$(timeout 30 docker inspect --type container --format 'docker ${CONTAINER}' $ids) || exit
  if [ "$(timeout 30 docker info --format '{{.Swarm.ControlAvailable}}')" = true ] && ids=$(timeout 30 docker service ls --quiet 2>/dev/null) && [ -n "$ids" ]; then
    more=$(timeout 30 docker service inspect --format 'service ${SERVICE}' $ids) || exit
    found="$found
$more"
  fi
fi
if command -v podman >/dev/null && [ -d /var/lib/containers/storage ]; then
  ids=$(timeout 30 podman ps --quiet --all --no-trunc) || exit
  if [ -n "$ids" ]; then
    more=$(timeout 30 podman inspect --type container --format 'podman ${CONTAINER}' $ids) || exit
    found="$found
$more"
  fi
fi
[ -n "$found" ] || exit 0
printf '%s\\n' "$found"
printf '%s\\n' "$found" | grep -o '"Source":"/[^"]*"' | cut -d '"' -f 4 | sort -u | timeout 15 sh -c 'while read -r path; do
  printf "path %s %s %s\\n" "$(stat -f -c %T -- "$path" 2>/dev/null || echo unknown)" "$(readlink -m -- "$path" || echo "$path")" "$path"
  case $path in
    */volumes/*/_data) any=$(find "$path" -mindepth 1 -path "$path/pid" -prune -o \\( -type f -o -type l \\) -print -quit 2>/dev/null) && [ -z "$any" ] && printf "empty %s\\n" "$path" ;;
  esac
done'
exit 0`;

/**
 * What else runs in containers. Neither engine is started for it: Docker's socket would start Docker, and podman makes its directories.
 * File systems are asked with a limit of time: one that is dead must not hold the look up. What is in a container's volume is asked for
 * that alone: Postfix's `pid` has files, and no mail.
 */
export const neighbourFacts = (places: readonly string[]): Probe<NeighbourFacts> => ({
  script: lines([
    NAMES_OF,
    sh`for place in ${places}; do names_of "$place" | while IFS= read -r name; do printf 'name %s\t%s\n' "$place" "$name"; done; done`,
    steady(raw(LIST)),
  ]),

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not list the containers of the host', output);
    const rows = (kind: string) => readLines(output.stdout, kind).map((line): unknown => JSON.parse(line));
    const paths = readPaths(output.stdout);
    const empty = new Set(readLines(output.stdout, 'empty'));
    try {
      const all = [
        ...rows('docker').map((row) => readContainer('docker', row, paths, empty)),
        ...rows('podman').map((row) => readContainer('podman', row, paths, empty)),
      ];
      const lives = ({ running, returns }: ContainerFact) => running || returns;
      return {
        containers: all.filter(lives),
        former: all.filter((container) => container.service !== undefined && !lives(container)),
        names: readNames(output.stdout),
        services: rows('service').map((row) => readService(row, paths)),
      };
    } catch (error) {
      throw new ProbeError(`containers are described in an unknown way (${String(error)})`);
    }
  },
});

function readLines(stdout: string, kind: string): readonly string[] {
  const found = stdout.split('\n').filter((line) => line.startsWith(`${kind} `));
  return found.map((line) => line.slice(kind.length + 1));
}

function readNames(stdout: string): NeighbourFacts['names'] {
  const names: Record<string, readonly string[]> = {};
  for (const line of readLines(stdout, 'name')) {
    const [place = '', name = ''] = line.split('\t');
    names[place] = [...(names[place] ?? []), name];
  }
  return names;
}

type Paths = ReadonlyMap<string, WritableMount>;

/** File systems that more than one host can have (statfs(2), as stat(1) names them); GlusterFS is a kind of FUSE. */
const SHARED = /^(nfs|fuse|ceph|smb|cifs|gfs|ocfs|lustre|afs|9p|v9fs|unknown)/;

function readPaths(stdout: string): Paths {
  const rows = stdout.split('\n').filter((line) => line.startsWith('path '));
  return new Map(
    rows.map((row) => {
      const [, type = '', real = '', ...path] = row.split(' ');
      const source = path.join(' ');
      return [source, { source, path: real, shared: SHARED.test(type) }];
    }),
  );
}

const mountSchema = z.object({
  Type: z.string(),
  Source: z.string().optional(),
  /** Of a service. */
  Target: z.string().optional(),
  /** Of a container. */
  Destination: z.string().optional(),
  /** Of a volume that a container has. */
  Name: z.string().optional(),
  /** Of a container. */
  RW: z.boolean().optional(),
  /** Of a service. */
  ReadOnly: z.boolean().optional(),
});
const mounts = z
  .array(mountSchema)
  .nullish()
  .transform((list) => list ?? []);

const portsSchema = z
  .record(z.string(), z.array(z.object({ HostPort: z.string().optional() })).nullish())
  .nullish();

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  running: z.boolean(),
  restart: z.string().nullish(),
  fleeting: z.boolean().nullish(),
  project: z.string().nullish(),
  service: z.string().nullish(),
  ports: portsSchema,
  bound: portsSchema,
  mounts,
});

function readContainer(
  engine: ContainerFact['engine'],
  row: unknown,
  paths: Paths,
  empty: ReadonlySet<string>,
): ContainerFact {
  const found = containerSchema.parse(row);
  const ports = Object.entries({ ...found.bound, ...found.ports }).flatMap(([port, bindings]) =>
    port.endsWith('/tcp') ? (bindings ?? []).map(({ HostPort }) => Number(HostPort ?? 0)) : [],
  );
  return {
    engine,
    name: found.name.replace(/^\//, ''),
    image: found.image,
    running: found.running,
    returns: found.restart === 'always',
    project: found.project || undefined,
    service: found.service || undefined,
    ports: [...new Set(ports)].filter((port) => port > 0),
    mounts: writable(found.mounts, paths),
    keeps: found.mounts.map(({ Type, Source = '', Name, Destination = '' }) => ({
      target: Destination,
      source: Type === 'volume' ? (Name ?? Source) : Source,
      path: paths.get(Source)?.path ?? Source,
      volume: Type === 'volume',
      unnamed: Type === 'volume' && UNNAMED.test(Name ?? ''),
      empty: empty.has(Source),
    })),
    fleeting: found.fleeting === true,
  };
}

/** What engines call a volume that nobody has named. */
const UNNAMED = /^[0-9a-f]{64}$/;

const serviceSchema = z.object({
  name: z.string(),
  stack: z.string().nullish(),
  mode: z.object({ Replicated: z.object({ Replicas: z.number().nullish() }).nullish() }),
  ports: z
    .array(
      z.object({
        Protocol: z.string().optional(),
        PublishedPort: z.number().optional(),
        PublishMode: z.string().optional(),
      }),
    )
    .nullish(),
  image: z.string().default(''),
  mounts,
});

function readService(row: unknown, paths: Paths): ServiceFact {
  const found = serviceSchema.parse(row);
  return {
    name: found.name,
    image: found.image,
    stack: found.stack || undefined,
    replicas: found.mode.Replicated == null ? undefined : (found.mode.Replicated.Replicas ?? 1),
    meshPorts: (found.ports ?? [])
      .filter(({ Protocol, PublishMode }) => Protocol !== 'udp' && PublishMode !== 'host')
      .flatMap(({ PublishedPort }) => PublishedPort ?? []),
    mounts: writable(found.mounts, paths),
    keeps: kept(found.mounts, paths),
  };
}

function kept(found: readonly z.output<typeof mountSchema>[], paths: Paths): readonly KeptPlace[] {
  return found
    .filter(({ Type, ReadOnly }) => (Type === 'bind' || Type === 'volume') && ReadOnly !== true)
    .map(({ Type, Source: source = '', Target: target = '' }) => ({
      target,
      source,
      path: paths.get(source)?.path ?? source,
      volume: Type === 'volume',
    }));
}

function writable(found: readonly z.output<typeof mountSchema>[], paths: Paths): readonly WritableMount[] {
  return found
    .filter(({ Type, RW, ReadOnly }) => Type === 'bind' && RW !== false && ReadOnly !== true)
    .flatMap(({ Source }) =>
      // A file system that has not answered may be one of several hosts.
      Source === undefined ? [] : (paths.get(Source) ?? { source: Source, path: Source, shared: true }),
    );
}
