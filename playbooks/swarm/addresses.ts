import {
  advertiseAddress,
  decideSwarm,
  type Finding,
  freePool,
  ipv4Of,
  isReached,
  membershipOf,
  overlaps,
} from 'provision-swarm';
import type { ClusterSettings, Swarm, SwarmMember } from '../settings/swarm.ts';

function advertised(host: SwarmMember) {
  return advertiseAddress(host.settings.advertiseAddress, host.address, host.facts.machine.addresses);
}

/** The address that a node tells the others. Where it is not clear, `inspectAddresses` has refused before. */
export function ownAddress(host: SwarmMember): string {
  const found = advertised(host);
  return 'address' in found ? found.address : host.address;
}

/** Docker's own default, from which it takes subnets in order. */
function pools({ addressPools }: ClusterSettings): readonly string[] {
  return addressPools.length > 0 ? addressPools : ['10.0.0.0/8'];
}

/** Addresses have to be clear for those who join, and the pools free before the swarm is made. */
export function inspectAddresses({ hosts, settings }: Swarm): readonly Finding[] {
  const starting = decideSwarm(hosts).kind === 'initialise';
  const reached = hosts.filter(isReached);
  const ambiguous = reached
    .filter((host) => membershipOf(host) === undefined)
    .flatMap((host): readonly Finding[] => {
      const found = advertised(host);
      if ('address' in found) return [];
      return [
        {
          level: 'refuse',
          code: 'no-advertise-address',
          host: host.name,
          message: `which address the other nodes reach it at is not clear: it has ${found.candidates.join(', ') || 'no IPv4 address'}`,
          fix: [`set hosts.${host.name}.swarm.advertiseAddress to one of them`],
        },
      ];
    });
  if (!starting) return [...ambiguous, ...reached.flatMap(moved)];
  const ranges = reached.flatMap(({ facts }) => [
    ...facts.machine.routes,
    ...facts.machine.addresses.map(({ cidr }) => cidr),
  ]);
  const clashes = overlaps(pools(settings), ranges);
  const [clash] = clashes;
  if (clash === undefined) return ambiguous;
  return [
    ...ambiguous,
    {
      level: 'refuse',
      code: 'pool-overlaps',
      message: `the swarm's address pool ${clash[0]} shares addresses with the hosts' own network ${clash[1]}; containers, or the hosts themselves, would be cut off`,
      fix: [
        `set swarm.addressPools in the inventory, for example to [${freePool(ranges) ?? 'a free private range'}]`,
      ],
    },
  ];
}

/** Docker advertises the address that a node joined with, for as long as it is a member. */
function moved(host: SwarmMember): readonly Finding[] {
  const current = host.facts.swarm.info?.nodeAddress;
  const wanted = advertised(host);
  if (current === undefined || !('address' in wanted) || wanted.address === current) return [];
  const finding = { level: 'warn', code: 'other-advertise-address', host: host.name } as const;
  const name = `hosts.${host.name}.swarm.advertiseAddress`;
  const own = ipv4Of(host.facts.machine.addresses);
  if (own.includes(current))
    return [
      {
        ...finding,
        message: `it is in the swarm at ${current}, and the inventory says ${wanted.address}; a member's address stays until it leaves and joins anew`,
        fix: [`set ${name} to ${current}`],
      },
    ];
  return [
    {
      ...finding,
      message: `the others reach it at ${current} in the swarm, which is not one of its addresses (${own.join(', ') || 'it has none'}). If it has lost that address, as by DHCP, they do not: a member's address stays until it leaves and joins anew`,
      fix: [
        `give it ${current} again, for good, and restart its Docker`,
        `where ${current} is translated to it on the way, set ${name} to ${current}`,
        'if it cannot have that address again, and other managers keep the majority: drain it, demote it if it is a manager, have it leave the swarm, and run again. The only manager must not leave: the swarm is lost with it',
      ],
    },
  ];
}
