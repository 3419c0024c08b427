import { z } from 'zod';
import { gluster, glusterAnswer, glusterPeers, readPeers } from '../../facts/index.ts';
import { compare, defineResource } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';

const MEMBER = 'Peer in Cluster (Connected)';

const want = z.strictObject({
  /** The address that the pool is to reach the node at. */
  address: z.string(),
  /** The UUID of the node in the pool, where a host says it. It is the same node under whatever name the pool has it. */
  uuid: z.uuid().optional(),
});

/** Another node in the same trusted pool. One that is a member under another name is not probed again. */
export const glusterPeer = defineResource({
  kind: 'gluster-peer',
  want,
  key: ({ address }) => address,

  observe: ({ address, uuid }) => ({
    script: glusterPeers,
    parse(output) {
      const answer = glusterAnswer('its peers', output);
      if (typeof answer !== 'string') return answer;
      const peers = readPeers(answer.split('\n'));
      return peers.find((peer) => peer.uuid === uuid || peer.names.includes(address)) ?? null;
    },
  }),

  diff: (_wanted, have) => compare('state', have?.state ?? null, MEMBER),

  apply: ({ address }, have) => [
    ...(have === null ? [{ title: `probe ${address}`, script: gluster(['peer', 'probe', address]) }] : []),
    {
      title: `wait until ${address} is in the pool`,
      script: sh`
        n=0
        until gluster --mode=script peer status | grep -A2 -xF ${have === null ? `Hostname: ${address}` : `Uuid: ${have.uuid}`} | grep -qF ${MEMBER}; do
          n=$((n + 1))
          [ "$n" -lt 60 ] || { gluster --mode=script peer status >&2; exit 1; }
          sleep 2
        done`,
    },
  ],
});
