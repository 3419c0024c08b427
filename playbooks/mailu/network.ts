import { dockerNetwork, isReached, type Resource } from 'provision-swarm';
import type { Mailu, MailuCluster } from '../settings/mailu.ts';
import { askedManager } from './asked-hosts.ts';

/** The network that Mailu's services have in common. */
export function network(mailu: Mailu, cluster: MailuCluster): readonly Resource[] {
  const { name, subnet, encrypted, mtu } = mailu.network;
  // One that is there keeps its packet size unless the inventory writes one: Docker cannot change it in place.
  const there = askedManager(cluster)?.facts?.networks.docker[name] !== undefined;
  const size = mtu ?? (there ? undefined : smallestMtu(cluster));
  return [
    dockerNetwork({
      name,
      subnet,
      encrypted,
      attachable: true,
      ...(size === undefined ? {} : { mtu: size }),
    }),
  ];
}

/** The packet size that every host's way to the others can carry. */
export function smallestMtu({ hosts }: MailuCluster): number {
  const sizes = hosts.filter(isReached).map(({ address, facts: { machine, networks, swarm } }) => {
    const own = swarm.info?.nodeAddress ?? address;
    const device = machine.addresses.find(({ cidr }) => cidr.split('/')[0] === own)?.device;
    return networks.mtu[device ?? ''] ?? 1500;
  });
  return Math.min(1500, ...sizes);
}
