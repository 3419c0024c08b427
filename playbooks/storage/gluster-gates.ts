import { type Gate, type GlusterPeer, memberOf, readPeers, sh } from 'provision-swarm';
import type { Reached, Storage } from '../settings/storage.ts';
import { type Member, members } from './gluster-site.ts';

const ASK = sh`
  command -v gluster >/dev/null || exit 0
  timeout 20 gluster --mode=script peer status`;

const isConnected = ({ state }: GlusterPeer) => !state.includes('(Disconnected)');

/** Where glusterd does not run and knows no volume, no brick and no quorum hangs on it: such hosts start together. */
export const holdsNothing = ({ facts: { gluster } }: Reached): boolean =>
  gluster.daemon !== 'running' && Object.keys(gluster.known).length === 0;

/**
 * One glusterd that starts knows no peer yet, and would stop the bricks of all if all started at once. A host of the inventory that
 * did not answer is not waited for: nothing here can connect it.
 */
export function peersConnected(host: Reached, cluster: Storage): Gate {
  const all = members(cluster);
  return {
    title: 'glusterd sees all of its peers',
    on: host.name,
    patience: 120,
    probe: {
      script: ASK,
      parse: ({ code, stdout }) => {
        if (code !== 0) return 'glusterd does not answer';
        const missing = readPeers(stdout.split('\n')).filter(
          (peer) => !isConnected(peer) && !isSilent(memberOf(all, peer.uuid, peer.names)),
        );
        return missing.length === 0 || `${missing.length} of them not connected`;
      },
    },
  };
}

function isSilent(member: Member | undefined): boolean {
  return member !== undefined && member.facts === undefined;
}

/**
 * The others keep the pool's quorum while glusterd of this host is started anew: without it they would stop their bricks. Where
 * all are connected, or this host has no quorum itself, there is nothing to keep.
 */
export function poolKeepsQuorum(host: Reached): Gate {
  return {
    title: `the pool keeps its quorum without ${host.name}`,
    on: host.name,
    patience: 20,
    probe: {
      script: ASK,
      parse: ({ code, stdout }) => {
        if (code !== 0) return true;
        const peers = readPeers(stdout.split('\n'));
        const others = peers.filter(isConnected).length;
        const quorum = Math.floor((peers.length + 1) / 2) + 1;
        if (others === peers.length || others >= quorum || others + 1 < quorum) return true;
        return `${peers.length - others} of its ${peers.length} peers not connected, and ${quorum} have to be there besides`;
      },
    },
    fix: [host.onHost('gluster peer status'), 'bring back the hosts that are away, and run again with all'],
  };
}
