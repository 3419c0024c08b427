import { isIPv4 } from 'node:net';
import {
  type Cluster,
  firewalldOpenings,
  GOSSIP,
  ipv4Of,
  isReached,
  MANAGEMENT,
  membershipOf,
  nftablesOpenings,
  type Resource,
  ufwOpenings,
} from 'provision-swarm';
import type { ClusterSettings, Facts, Machine, Settings } from '../settings/base.ts';
import type { ClusterSettings as StorageSettings } from '../settings/storage.ts';
import type { ClusterSettings as SwarmSettings } from '../settings/swarm.ts';

interface Others {
  readonly swarm: SwarmSettings;
  readonly storage: StorageSettings;
}
type Machines = Cluster<ClusterSettings, Settings, Facts, Others>;

/** VXLAN, which carries overlay networks (docs.docker.com, swarm tutorial). */
const VXLAN = 4789;
const GLUSTERD = 24007;
/** As many bricks as a node may have, from the port on that they get. */
const BRICKS = '24009-24018';
const NFS = 2049;

const KINDS = { firewalld: firewalldOpenings, ufw: ufwOpenings, nftables: nftablesOpenings } as const;

/**
 * What the nodes need of each other, let in from their addresses and from nobody else: VXLAN has no authentication. Port 2377 is
 * opened on workers, too, where nothing listens, so that one that is promoted needs nothing more. Ports of services are not
 * here: Docker lets them in itself, past the firewall (docs.docker.com, packet filtering).
 */
export function firewallResources(host: Machine, cluster: Machines): readonly Resource[] {
  const { kind } = host.facts.firewall;
  if (kind === 'none' || cluster.settings.firewall === 'keep') return [];
  const { swarm, storage } = cluster.others;
  // A swarm keeps the port that it was made with, whatever the inventory says of it.
  const vxlan = cluster.hosts.flatMap(({ facts }) => facts?.swarm.info?.dataPathPort ?? [])[0];
  const serves = storage.kind === 'nfs' && [host.name, host.address].includes(storage.server ?? '');
  const left = leftStorage(host, cluster);
  const nodes = nodesOf(cluster);
  const inSwarm = cluster.hosts.some((each) => membershipOf(each) !== undefined);
  return [
    KINDS[kind]({
      from: peerAddresses(host, cluster),
      tcp: [
        MANAGEMENT,
        GOSSIP,
        ...(storage.kind === 'glusterfs' || left.gluster ? [GLUSTERD, BRICKS] : []),
        ...(serves || left.serves ? [NFS] : []),
      ],
      udp: [GOSSIP, vxlan ?? swarm.dataPathPort ?? VXLAN],
      // Of encrypted overlay networks, which anybody may make in the swarm: Mailu's is one where it says so.
      esp: true,
      complete: cluster.hosts.every(isReached) && (nodes !== undefined || !inSwarm),
    }),
  ];
}

/** The managers' list; `undefined` where none of these hosts has it. */
const nodesOf = ({ hosts }: Machines) =>
  hosts.filter(isReached).find(({ facts }) => facts.swarm.nodes !== undefined)?.facts.swarm.nodes;

/** Of the hosts, and of nodes of their swarm that are no hosts of this inventory: a run removes no node, so it shuts none out. */
function peerAddresses(host: Machine, cluster: Machines): readonly string[] {
  const all = cluster.hosts
    .filter(({ name }) => name !== host.name)
    .flatMap(({ address, facts }) => [
      ...(isIPv4(address) ? [address] : []),
      ...ipv4Of(facts?.machine.addresses ?? []),
    ]);
  const own = [host.address, ...ipv4Of(host.facts.machine.addresses)];
  const others = (nodesOf(cluster) ?? []).flatMap(({ address = '' }) =>
    isIPv4(address) && !/^(0|127)\./.test(address) && !own.includes(address) ? [address] : [],
  );
  return [...new Set([...all, ...others])];
}

/** Storage that is mounted by a unit of ours while the inventory has none any more: it runs on, and so do those who use it. */
function leftStorage(host: Machine, { hosts, others }: Machines) {
  const mounts =
    others.storage.kind === 'none' ? hosts.filter(isReached).flatMap(({ facts }) => facts.mounts) : [];
  const own = [host.name, host.address, ...ipv4Of(host.facts.machine.addresses)];
  return {
    gluster: mounts.some(({ type }) => type.includes('gluster')),
    serves: mounts.some(
      ({ type, source }) => type.startsWith('nfs') && own.some((name) => source.startsWith(`${name}:`)),
    ),
  };
}
