import { z } from 'zod';
import { readPeers } from '../../facts/index.ts';
import { compare, defineResource } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { askGluster, gluster, glusterAnswer } from './ask.ts';

const MEMBER = 'Peer in Cluster (Connected)';

const want = z.strictObject({ address: z.ipv4() });

/** Another node in the same trusted pool, by its address. */
export const glusterPeer = defineResource({
  kind: 'gluster-peer',
  want,
  key: ({ address }) => address,

  observe: ({ address }) => ({
    script: askGluster(gluster(['peer', 'status'])),
    parse(output) {
      const answer = glusterAnswer('its peers', output);
      if (typeof answer !== 'string') return answer;
      return readPeers(answer.split('\n')).find(({ names }) => names.includes(address)) ?? null;
    },
  }),

  diff: (_wanted, have) => compare('state', have?.state ?? null, MEMBER),

  apply: ({ address }, have) => [
    ...(have === null ? [{ title: `probe ${address}`, script: gluster(['peer', 'probe', address]) }] : []),
    {
      title: `wait until ${address} is in the pool`,
      script: sh`
        n=0
        until gluster --mode=script peer status | grep -A2 -xF 'Hostname: '${address} | grep -qF ${MEMBER}; do
          n=$((n + 1))
          [ "$n" -lt 60 ] || { gluster --mode=script peer status >&2; exit 1; }
          sleep 2
        done`,
    },
  ],
});
