import { isIPv4 } from 'node:net';
import {
  type Cluster,
  firewalldOpenings,
  GOSSIP,
  ipv4Of,
  isReached,
  MANAGEMENT,
  nftablesOpenings,
  type Resource,
  ufwOpenings,
} from 'provision-swarm';
import type { ClusterSettings as StorageSettings } from '../storage/settings.ts';
import type { ClusterSettings as SwarmSettings } from '../swarm/settings.ts';
import type { ClusterSettings, Facts, Machine, Settings } from './settings.ts';

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
  const encrypted = Object.values(swarm.networks).some((network) => network.encrypted === true);
  const serves = storage.kind === 'nfs' && [host.name, host.address].includes(storage.server ?? '');
  return [
    KINDS[kind]({
      from: peerAddresses(host, cluster),
      tcp: [
        MANAGEMENT,
        GOSSIP,
        ...(storage.kind === 'glusterfs' ? [GLUSTERD, BRICKS] : []),
        ...(serves ? [NFS] : []),
      ],
      udp: [GOSSIP, swarm.dataPathPort ?? VXLAN],
      esp: encrypted,
      complete: cluster.hosts.every(isReached),
    }),
  ];
}

function peerAddresses(host: Machine, { hosts }: Machines): readonly string[] {
  const all = hosts
    .filter(({ name }) => name !== host.name)
    .flatMap(({ address, facts }) => [
      ...(isIPv4(address) ? [address] : []),
      ...ipv4Of(facts?.machine.addresses ?? []),
    ]);
  return [...new Set(all)];
}
