import {
  autolockFacts,
  byName,
  definePlaybook,
  directory,
  dropIn,
  type FactAbout,
  file,
  glusterFacts,
  isReached,
  machineFacts,
  mountFacts,
  noGluster,
  remount,
  sameView,
  swarmFacts,
  template,
} from 'provision-swarm';
import { unlessLocking } from './autolock.ts';
import { backInSwarm, majorityWithout } from './gates.ts';
import {
  brickPathOf,
  clusterSettings,
  hostSettings,
  type Reached,
  type Storage,
} from './settings/storage.ts';
import * as gluster from './storage/gluster.ts';
import { holdsNothing, peersConnected, poolKeepsQuorum } from './storage/gluster-gates.ts';
import * as site from './storage/gluster-site.ts';
import { inspectLeft } from './storage/left.ts';
import { inspectMounts } from './storage/mounts.ts';
import * as nfs from './storage/nfs.ts';
import { LEASE } from './storage/options.ts';
import { inspectSilent } from './storage/silent.ts';
import { inspectExport, validate } from './storage/validate.ts';

const RETRY = 'provision-storage-retry.service';

/** Where storage comes back later than a node, its mount is tried again, and Docker, which waits for it, with it. */
const retryUnit = (root: string) => `[Unit]
Description=Mount ${root} again, and start Docker after it
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/bin/sleep 15
ExecStart=/bin/sh -c 'systemctl --no-block start "$(systemd-escape --path --suffix=mount ${root})"; ! systemctl is-enabled -q docker.service || systemctl --no-block start docker.service'
`;

/** Proof that all hosts have the same file system mounted: one writes it, the others read it. */
const viewPath = (root: string) => `${root}/.provision/view`;
const viewText = ({ name, settings }: Storage) =>
  `${name}: ${settings.kind === 'nfs' ? `${settings.server}:${settings.export}` : `volume ${settings.volume ?? 'mailu'}`}\n`;

/** The first by name of those that answer: which one it is means nothing, only that it is one. */
const writer = ({ hosts }: Storage) => hosts.filter(isReached).toSorted(byName)[0];

const isShared = (_host: Reached, { settings }: Storage) => settings.kind !== 'none';

const glusterOf = ({ settings: { kind, volume, otherVolumes } }: FactAbout<Storage['settings']>) =>
  kind === 'glusterfs'
    ? glusterFacts(
        volume ?? 'mailu',
        otherVolumes?.filter((path) => path.startsWith('/')),
      )
    : noGluster;

/** The same file system at `root` on every node, which cannot be written from the wrong side of a cut. */
export default definePlaybook({
  name: 'storage',
  cluster: clusterSettings,
  host: hostSettings,

  facts: {
    machine: machineFacts,
    swarm: swarmFacts,
    autolock: autolockFacts,
    gluster: glusterOf,
    mounts: mountFacts,
  },

  validate: validate,

  *inspect(cluster) {
    const { kind } = cluster.settings;
    if (kind === 'glusterfs') yield* site.inspect(cluster);
    if (kind === 'nfs') yield* inspectExport(cluster);
    if (kind !== 'none') yield* inspectSilent(cluster);
    if (kind !== 'none') yield* inspectMounts(cluster);
    yield* inspectLeft(cluster);
  },

  stages: [
    { name: 'software', resources: by({ glusterfs: gluster.software, nfs: nfs.software }) },
    {
      name: 'daemon',
      resources: by({ glusterfs: gluster.daemon }),
      rolling: {
        apart: holdsNothing,
        before: (host, { settings }) => (settings.kind === 'glusterfs' ? poolKeepsQuorum(host) : undefined),
        after: peersConnected,
      },
    },
    { name: 'peers', resources: by({ glusterfs: gluster.peers }) },
    { name: 'blame', resources: by({ glusterfs: gluster.blame }) },
    { name: 'bricks', resources: by({ glusterfs: gluster.brick }), decidedBy: 'all hosts' },
    {
      name: 'volume',
      resources: by({ glusterfs: gluster.volume, nfs: nfs.exported }),
      // A second volume is never made: which there are is asked of all, right before.
      decidedBy: 'all hosts',
    },
    { name: 'heal', resources: by({ glusterfs: gluster.heal }) },
    {
      name: 'mount',
      on: isShared,
      *resources(host, cluster) {
        const { kind, root } = cluster.settings;
        yield file({ path: `/etc/systemd/system/${RETRY}`, content: retryUnit(root) });
        yield (kind === 'nfs' ? nfs : gluster).mounted(host, cluster, RETRY);
        yield dropIn({
          unit: 'docker.service',
          name: 'provision-storage',
          content: `[Unit]\nRequiresMountsFor=${root}\n`,
        });
        yield file({
          path: '/usr/local/sbin/provision-lease',
          content: template(import.meta.url, '../templates/lease.sh.hbs', LEASE),
          mode: '0755',
        });
      },
    },
    {
      name: 'remount',
      on: (host, cluster) => isShared(host, cluster) && cluster.consents.has('remount'),
      resources: (host, cluster) => unlessLocking([remount({ where: cluster.settings.root })], host, cluster),
      rolling: { before: majorityWithout, after: backInSwarm },
    },
    {
      name: 'proof',
      on: (host, cluster) => isShared(host, cluster) && writer(cluster)?.name === host.name,
      resources: (_host, cluster) => [
        directory({ path: `${cluster.settings.root}/.provision`, mode: '0700' }),
        file({ path: viewPath(cluster.settings.root), content: viewText(cluster) }),
      ],
    },
    {
      name: 'view',
      on: (host, cluster) => isShared(host, cluster) && writer(cluster)?.name !== host.name,
      resources: (_host, cluster) => [
        sameView({ path: viewPath(cluster.settings.root), content: viewText(cluster) }),
      ],
    },
  ],

  status: (cluster) => {
    const { kind, root } = cluster.settings;
    if (kind === 'none') return [];
    const bricks = kind === 'glusterfs' ? site.brickHosts(cluster).map(({ name }) => name) : [];
    return [
      {
        title: `Storage at ${root} (${kind})`,
        columns: ['HOST', 'MOUNTED FROM', 'FREE', 'BRICK'],
        rows: cluster.hosts.map((host) => {
          if (!isReached(host)) return [host.name, 'not reached', '', ''];
          const there = host.facts.mounts.find(({ where }) => where === root);
          const free =
            there?.freeBytes === undefined
              ? there === undefined
                ? ''
                : 'no answer'
              : `${(there.freeBytes / 2 ** 30).toFixed(0)} GiB`;
          return [
            host.name,
            there?.source ?? 'not mounted',
            free,
            bricks.includes(host.name) ? brickPathOf(cluster.settings) : '',
          ];
        }),
      },
    ];
  },
});

type ResourcesOf = (host: Reached, cluster: Storage) => ReturnType<typeof gluster.software>;

/** A stage that each kind of storage fills in its own way, or not at all. */
function by(parts: { readonly glusterfs?: ResourcesOf; readonly nfs?: ResourcesOf }): ResourcesOf {
  return (host, cluster) => {
    const { kind } = cluster.settings;
    return kind === 'none' ? [] : (parts[kind]?.(host, cluster) ?? []);
  };
}
