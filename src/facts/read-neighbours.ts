import { z } from 'zod';
import { read } from '../schema/index.ts';
import type { ContainerFact, KeptPlace, NeighbourFacts, ServiceFact, WritableMount } from './neighbour.ts';
import { withoutEnd } from './without-end.ts';

/** Reads what `neighbourFacts` has asked the engines of a host. All of these throw where an engine says something in an unknown way. */

export function readLines(stdout: string, kind: string): readonly string[] {
  const found = stdout.split('\n').filter((line) => line.startsWith(`${kind} `));
  return found.map((line) => line.slice(kind.length + 1));
}

export function readNames(stdout: string): NeighbourFacts['names'] {
  const names: Record<string, readonly string[]> = {};
  for (const line of readLines(stdout, 'name')) {
    const [place = '', name = ''] = line.split('\t');
    names[place] = [...(names[place] ?? []), name];
  }
  return names;
}

export type Paths = ReadonlyMap<string, WritableMount>;

/** File systems that more than one host can have (statfs(2), as stat(1) names them); GlusterFS is a kind of FUSE. */
const SHARED = /^(nfs|fuse|ceph|smb|cifs|gfs|ocfs|lustre|afs|9p|v9fs|unknown)/;

export function readPaths(stdout: string): Paths {
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
  /** Of a volume that a service has: what it is made of, where it is made by that service. */
  VolumeOptions: z
    .object({
      DriverConfig: z.object({ Options: z.record(z.string(), z.string()).nullish() }).nullish(),
    })
    .nullish(),
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

export function readContainer(
  engine: ContainerFact['engine'],
  row: unknown,
  paths: Paths,
  empty: ReadonlySet<string>,
): ContainerFact {
  const found = read(containerSchema, row);
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
      target: withoutEnd(Destination),
      source: Type === 'volume' ? (Name ?? Source) : withoutEnd(Source),
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

/** A service, as the Engine API describes it. */
const serviceSchema = z.object({
  Spec: z.object({
    Name: z.string(),
    Labels: z.record(z.string(), z.string()).nullish(),
    Mode: z.object({ Replicated: z.object({ Replicas: z.number().nullish() }).nullish() }),
    TaskTemplate: z.object({
      ContainerSpec: z.object({ Image: z.string().default(''), Mounts: mounts }).nullish(),
    }),
  }),
  Endpoint: z
    .object({
      Ports: z
        .array(
          z.object({
            Protocol: z.string().optional(),
            PublishedPort: z.number().optional(),
            PublishMode: z.string().optional(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});

export function readServices(json: string, paths: Paths): readonly ServiceFact[] {
  return read(z.array(serviceSchema), JSON.parse(json)).map(({ Spec, Endpoint }) => {
    const { Image: image = '', Mounts: found = [] } = Spec.TaskTemplate.ContainerSpec ?? {};
    return {
      name: Spec.Name,
      image,
      stack: Spec.Labels?.['com.docker.stack.namespace'] || undefined,
      replicas: Spec.Mode.Replicated == null ? undefined : (Spec.Mode.Replicated.Replicas ?? 1),
      meshPorts: (Endpoint?.Ports ?? [])
        .filter(({ Protocol, PublishMode }) => Protocol !== 'udp' && PublishMode !== 'host')
        .flatMap(({ PublishedPort }) => PublishedPort ?? []),
      mounts: writable(found, paths),
      keeps: kept(found, paths, false),
      reads: kept(found, paths, true),
    };
  });
}

function kept(
  found: readonly z.output<typeof mountSchema>[],
  paths: Paths,
  readOnly: boolean,
): readonly KeptPlace[] {
  return found
    .filter(
      ({ Type, ReadOnly }) => (Type === 'bind' || Type === 'volume') && (ReadOnly === true) === readOnly,
    )
    .map(({ Type, Source: source = '', Target: target = '' }) => ({
      target: withoutEnd(target),
      source: withoutEnd(source),
      path: paths.get(source)?.path ?? withoutEnd(source),
      volume: Type === 'volume',
    }));
}

/** A volume is a directory of its host as well: one of another name for a directory of ours, with the options of its driver. */
function writable(found: readonly z.output<typeof mountSchema>[], paths: Paths): readonly WritableMount[] {
  return found
    .filter(
      ({ Type, RW, ReadOnly }) => (Type === 'bind' || Type === 'volume') && RW !== false && ReadOnly !== true,
    )
    .flatMap((mount) => {
      const source = sourceOf(mount);
      // A file system that has not answered may be one of several hosts.
      return source === undefined ? [] : (paths.get(source) ?? { source, path: source, shared: true });
    });
}

/** A directory of the host, or of a server: `ADDRESS:/DIRECTORY`. Which directory a volume of a service is says its task alone, where it has no options. */
function sourceOf({ Type, Source, VolumeOptions }: z.output<typeof mountSchema>): string | undefined {
  if (Type === 'bind' || Source?.startsWith('/')) return Source;
  const { device, o = '' } = VolumeOptions?.DriverConfig?.Options ?? {};
  const server = /(?:^|,)addr=([^,]+)/.exec(o)?.[1] ?? '';
  return device?.startsWith(':') ? `${server}${device}` : device;
}
