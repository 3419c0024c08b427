import { clusterSettings, type Facts, type Storage } from '../../playbooks/settings/storage.ts';
import storage from '../../playbooks/storage.ts';
import type { GlusterFacts, GlusterVolume, MountFact } from '../../src/facts/index.ts';
import type { Resource } from '../../src/resource/index.ts';
import { BARE_GLUSTER } from '../facts/bare-gluster.ts';
import { saidInParts } from '../resources/said-in-parts.ts';

/** A host of a made-up site, as the playbook `storage` sees it. */
export interface SiteHost {
  readonly name: string;
  readonly gluster?: Partial<GlusterFacts> | 'silent';
  readonly settings?: object;
  readonly swarm?: object;
  readonly addresses?: readonly string[];
  readonly mounts?: readonly Partial<MountFact>[];
}

export const ID = '7370e8d8-4c25-4620-ab82-864bda143f93';
export const uuidOf = (number: number) => `${String(number).padStart(8, '0')}-a5cf-451c-94b6-4c940ff8dc11`;
const numberOf = (name: string) => Number(/\d+$/.exec(name)?.[0]);
export const addressOf = (name: string) => `192.0.2.${numberOf(name)}`;

export function siteOf(settings: object, hosts: readonly SiteHost[]): Storage {
  return {
    name: 'm',
    settings: clusterSettings.parse(settings),
    others: {},
    consents: new Set(),
    secret: () => {
      throw new Error('storage has no secrets');
    },
    hosts: hosts.map(
      ({
        name,
        gluster = {},
        settings: own = {},
        swarm = {},
        addresses = [addressOf(name)],
        mounts = [],
      }) => ({
        name,
        address: addressOf(name),
        settings: own,
        ahead: undefined,
        onHost: (command: string) => `ssh ${name} ${command}`,
        facts:
          gluster === 'silent'
            ? undefined
            : ({
                machine: {
                  hostname: name,
                  addresses: addresses.map((address) => ({ device: 'eth0', cidr: `${address}/24` })),
                },
                gluster: { ...BARE_GLUSTER, ...gluster },
                mounts,
                swarm,
              } as unknown as Facts),
      }),
    ),
  };
}

/** Facts of a host in a pool with a volume, whose bricks are `[name:path, number of the host]`. */
export function pooled(
  number: number,
  bricks: readonly (readonly [string, number])[],
  {
    name = 'mailu',
    daemon = 'running' as GlusterFacts['daemon'],
    change = {} as Partial<GlusterVolume>,
  } = {},
): Partial<GlusterFacts> {
  const numbers = [...new Set(bricks.map(([, holder]) => holder))];
  const volume: GlusterVolume = {
    name,
    id: ID,
    type: bricks.length > 3 ? 'Distributed-Replicate' : 'Replicate',
    started: true,
    setSize: 3,
    arbiter: false,
    bricks: bricks.map(([brick]) => brick),
    options: {},
    ...change,
  };
  return {
    daemon,
    uuid: uuidOf(number),
    operatingVersion: '110000',
    peers:
      daemon === 'running'
        ? numbers
            .filter((other) => other !== number)
            .map((other) => ({
              uuid: uuidOf(other),
              names: [bricks.find(([, holder]) => holder === other)?.[0].split(':')[0] ?? ''],
              state: 'Peer in Cluster (Connected)',
            }))
        : [],
    volumes: daemon === 'running' ? [volume] : [],
    known: { [name]: ID },
    marks: Object.fromEntries(
      bricks
        .toSorted(([, a], [, b]) => Number(a === number) - Number(b === number))
        .map(([brick, holder]) => [brick.slice(brick.indexOf(':') + 1), holder === number ? ID : null]),
    ),
    recorded: bricks.map(([brick, holder]) => ({
      volume: name,
      brick,
      uuid: uuidOf(holder),
      madeOn: undefined,
    })),
  };
}

/** What a resource makes of a host where nothing is there: all that it was asked to want is in it. */
function unfolded(resource: Resource): unknown {
  const parts = [...resource.probe.shown.matchAll(/^echo '== (\w+)'$/gm)].map(([, name]) => [name, '']);
  const stdout = saidInParts(Object.fromEntries(parts));
  try {
    const judged = resource.judge({ code: 0, stdout, stderr: '' }, { paths: new Set() });
    if (judged.state === 'unobservable') return judged.reason;
    return {
      changes: judged.changes,
      steps: judged.steps(() => '' as never).map(({ script }) => script.shown),
    };
  } catch (error) {
    return String(error);
  }
}

/** The resources of a stage, or why it cannot know them. */
function wantedOf(make: () => readonly Resource[]): unknown {
  try {
    return make().map((resource) => [resource.id, resource.probe.shown, unfolded(resource)]);
  } catch (error) {
    return String(error);
  }
}

/** All that the playbook says of a site: by host and stage, each resource with what it wants. */
export function saidOf(site: Storage): Readonly<Record<string, unknown>> {
  const findings = storage.inspect(site as never).map((finding) => JSON.stringify(finding));
  const hosts = site.hosts
    .filter(({ facts }) => facts !== undefined)
    .map((host) => [
      host.name,
      storage.stages.map(({ name, resources }) => [
        name,
        wantedOf(() => resources(host as never, site as never)),
      ]),
    ]);
  return {
    findings: findings.toSorted(),
    mistakes: storage.validate(site as never).map((mistake) => JSON.stringify(mistake)),
    ...Object.fromEntries(hosts),
  };
}
