import { didYouMean, type Mistake } from 'provision-swarm';
import type { Resolvers } from '../settings/resolver.ts';
import type { ClusterSettings as SwarmSettings } from '../settings/swarm.ts';

type Networks = SwarmSettings['networks'];

/** What is wrong with the section, or does not fit the networks of the swarm. */
export function validateResolver({ hosts, others }: Resolvers): readonly Mistake[] {
  return hosts.flatMap(({ name, settings: { kind, forwarders, network } }): readonly Mistake[] => [
    ...(kind === 'dnssec-trigger' && forwarders.length > 0
      ? [
          {
            path: ['hosts', name, 'resolver', 'forwarders'],
            message:
              'dnssec-trigger takes its name servers from NetworkManager: set them in the connection there (`nmcli connection modify … ipv4.dns …`), or use `kind: unbound`',
          },
        ]
      : []),
    ...unfitNetwork(network, others.swarm.networks).map((message) => ({
      path: ['hosts', name, 'resolver', 'network'],
      message,
    })),
  ]);
}

/** A container joins it, once the swarm's networks are made, and before Mailu's is. */
function unfitNetwork(name: string | undefined, networks: Networks): readonly string[] {
  if (name === undefined) return [];
  const network = networks[name];
  if (network === undefined) {
    const known = Object.keys(networks);
    const otherwise = known.length === 0 ? 'which names none' : `which names ${known.join(', ')}`;
    return [
      `there is no network \`${name}\` in \`swarm: networks\`${didYouMean(name, known) ?? `, ${otherwise}`}`,
    ];
  }
  return network.attachable === true
    ? []
    : [`no container can join the network \`${name}\`: write \`attachable: true\` in \`swarm: networks\``];
}
