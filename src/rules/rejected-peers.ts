import type { Finding } from '../errors/index.ts';
import { type GlusterHost, memberOf } from './gluster-pool.ts';

const REJECTED = 'Peer Rejected';

/**
 * Members of one pool whose glusterds do not agree on what a volume is. Each compares checksums of the volumes' files when two meet, and
 * rejects the other where they differ (glusterd_compare_friend_data). The bricks go on, and no command of the pool works.
 */
export function rejectedPeers(hosts: readonly GlusterHost[]): readonly Finding[] {
  const rejecting = (one: GlusterHost) => hosts.filter((other) => rejects(hosts, other, one));
  const apart = hosts.filter((host) => rejecting(host).length > 0);
  if (apart.length === 0) return [];
  const others = Math.max(...hosts.map(({ facts }) => facts?.gluster.peers.length ?? 0));
  const odd = apart.filter((host) => rejecting(host).length > others / 2);
  const [one, ...more] = odd;
  const names = (some: readonly GlusterHost[]) => some.map(({ name }) => name).join(' and ');
  const look = 'gluster peer status; grep -i cksum /var/log/glusterfs/glusterd.log | tail -n 5';
  const all = hosts.filter(
    (host) => apart.includes(host) || apart.some((other) => rejecting(other).includes(host)),
  );
  if (one === undefined || more.length > 0)
    return [
      {
        level: 'refuse',
        code: 'rejected-peer',
        message: `GlusterFS on ${names(all)} does not agree what the volumes are, and they have rejected each other (Peer Rejected). Which of them is right cannot be told from here`,
        fix: all.map((host) => host.onHost(look)),
      },
    ];
  return [
    {
      level: 'refuse',
      code: 'rejected-peer',
      host: one.name,
      message: `the other members of its GlusterFS pool have rejected it (Peer Rejected): its files of the volumes are not like theirs. What its bricks hold is not touched by that`,
      fix: [
        one.onHost(look),
        'Bring it back as the makers of GlusterFS say (docs.gluster.org, Administrator Guide, Resolving Peer Rejected), and run again.',
      ],
    },
  ];
}

/** Whether this host's glusterd says so of the other one. */
function rejects(hosts: readonly GlusterHost[], host: GlusterHost, other: GlusterHost): boolean {
  return (host.facts?.gluster.peers ?? []).some(
    ({ uuid, names, state }) =>
      state.startsWith(REJECTED) && memberOf(hosts, uuid, names)?.name === other.name,
  );
}
