import {
  advertiseAddress,
  type Cluster,
  type GlusterFacts,
  type Host,
  type MachineFacts,
  type MountFact,
  type ReachedHost,
  type SwarmFacts,
} from 'provision-swarm';
import { z } from 'zod';
import { dataPath, plainPath } from './paths.ts';

const ONLY = {
  glusterfs: ['replica', 'arbiter', 'volume', 'otherVolumes', 'clients', 'brickPath', 'allowRootFilesystem'],
  nfs: ['server', 'export', 'version'],
  none: [],
} as const;

export const clusterSettings = z
  .strictObject({
    kind: z
      .enum(['glusterfs', 'nfs', 'none'])
      .default('none')
      .describe('what makes the file system of all nodes'),
    root: dataPath.default('/mailu').describe('where it is mounted on every node'),
    minFree: z
      .number()
      .min(0)
      .default(1)
      .describe('GiB that should be free on it; a run warns where less is'),
    replica: z
      .int()
      .min(2)
      .max(5)
      .optional()
      .describe('glusterfs: how many bricks hold each file; default 3')
      .meta({ default: 3 }),
    arbiter: z
      .boolean()
      .optional()
      .describe('glusterfs: the third brick of each set holds names and attributes only')
      .meta({ default: false }),
    volume: z
      .string()
      .regex(/^[a-zA-Z0-9_-]+$/)
      .optional()
      .describe('glusterfs: the name of the volume; default mailu')
      .meta({ default: 'mailu' }),
    otherVolumes: z
      .array(z.string())
      .optional()
      .describe(
        'glusterfs: volumes of these hosts that are not for the mail, where `volume` is to be made beside them; bricks of one that no host knows any more by their path',
      )
      .meta({ examples: [['backup']] }),
    clients: z
      .array(z.ipv4())
      .optional()
      .describe('glusterfs: addresses beside those of the hosts that may mount the volume')
      .meta({ examples: [['192.0.2.40']] }),
    brickPath: dataPath
      .optional()
      .describe('glusterfs: the directory of the brick; default /srv/gluster/VOLUME')
      .meta({ examples: ['/srv/gluster/mailu'] }),
    allowRootFilesystem: z
      .boolean()
      .optional()
      .describe('glusterfs: bricks may be on the root file system, which mail can fill')
      .meta({ default: false }),
    server: z
      .string()
      .optional()
      .describe('nfs: the address of the server, or the name of one of the hosts')
      .meta({ examples: ['192.0.2.5'] }),
    export: plainPath
      .optional()
      .describe('nfs: the directory that the server exports')
      .meta({ examples: ['/srv/mailu'] }),
    version: z
      .enum(['4.1', '4.2'])
      .optional()
      .describe('nfs: the version of the protocol; default 4.2')
      .meta({ default: '4.2' }),
  })
  .describe('the file system that all nodes share: mail, queue and keys are on it')
  .superRefine((settings, context) => {
    const written = Object.entries(settings).filter(([, value]) => value !== undefined);
    for (const [kind, keys] of Object.entries(ONLY))
      for (const [key] of written)
        if (kind !== settings.kind && (keys as readonly string[]).includes(key))
          context.addIssue({
            code: 'custom',
            path: [key],
            message: `\`${key}\` belongs to \`kind: ${kind}\``,
          });
    if (settings.kind === 'glusterfs' && settings.replica === 2 && settings.arbiter !== true)
      context.addIssue({
        code: 'custom',
        path: ['replica'],
        message:
          'two copies cannot outvote each other: after a cut both sides may have written, and mail is lost whichever is kept; make it 3, or add `arbiter: true`',
      });
    if (settings.kind === 'nfs' && (settings.server === undefined || settings.export === undefined))
      context.addIssue({ code: 'custom', path: [], message: 'nfs needs `server` and `export`' });
  });

export const hostSettings = z
  .strictObject({
    brick: z
      .boolean()
      .optional()
      .describe(
        'glusterfs: whether this host holds a brick; default: those that do, else the first by name, as many as a replica set',
      ),
    address: z
      .ipv4()
      .optional()
      .describe('the address that the other nodes reach its storage at; default: as for the swarm')
      .meta({ examples: ['10.0.0.11'] }),
  })
  .describe('what the host is for the storage');

export type ClusterSettings = z.output<typeof clusterSettings>;
export type Settings = z.output<typeof hostSettings>;
export interface Facts {
  readonly machine: MachineFacts;
  readonly swarm: SwarmFacts;
  readonly autolock: boolean | undefined;
  readonly gluster: GlusterFacts;
  readonly mounts: readonly MountFact[];
}
export type Storage = Cluster<ClusterSettings, Settings, Facts>;
export type StorageHost = Host<Settings, Facts>;
export type Reached = ReachedHost<Settings, Facts>;

/** The address of a host's storage: what is set, else the inventory's where it is the host's own, else its only one. */
export function addressOf(host: StorageHost): string {
  const found = advertiseAddress(host.settings.address, host.address, host.facts?.machine.addresses ?? []);
  return 'address' in found ? found.address : host.address;
}

/** All names and addresses that are a host's own, by the inventory and by its own word. */
export function spellingsOf(host: StorageHost): readonly string[] {
  const machine = host.facts?.machine;
  const own = (machine?.addresses ?? []).map(({ cidr }) => cidr.split('/')[0] ?? '');
  return [...new Set([host.name, host.address, addressOf(host), machine?.hostname ?? host.name, ...own])];
}

export const volumeOf = ({ volume }: ClusterSettings) => volume ?? 'mailu';
export const brickPathOf = (settings: ClusterSettings) =>
  settings.brickPath ?? `/srv/gluster/${volumeOf(settings)}`;
/** Bricks of a replica set. `replica: 2` with an arbiter and `replica: 3` with one are the same. */
export const setSizeOf = ({ replica, arbiter }: ClusterSettings) => (arbiter === true ? 3 : (replica ?? 3));
