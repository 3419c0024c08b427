import { z } from 'zod';
import { compare, defineResource, ProbeError, Refusal } from '../../resource/index.ts';
import { lines, sh } from '../../shell/index.ts';
import { writeFile } from '../write-file.ts';

const INFO = '/var/lib/glusterd/glusterd.info';

const want = z.strictObject({
  uuid: z.uuid(),
  operatingVersion: z.string().regex(/^\d+$/),
  /** The other nodes of the pool. */
  peers: z.array(z.strictObject({ uuid: z.uuid(), address: z.string() })).min(1),
});

/**
 * The identity by which a pool knows this node. A node that was installed anew takes its old one again, and knows the
 * pool when its glusterd starts, so that its bricks are still its own (Red Hat Gluster Storage, Administration Guide,
 * "Replacing a Host Machine with the Same Hostname"). A node that is in a pool keeps its own.
 */
export const glusterIdentity = defineResource({
  kind: 'gluster-identity',
  want,
  key: () => INFO,

  observe: () => ({
    script: sh`
      cd / && ls /var/lib >/dev/null || exit 66
      sed -n 's/^UUID=//p' ${INFO} 2>/dev/null
      for f in /var/lib/glusterd/peers/* /var/lib/glusterd/vols/*; do [ ! -e "$f" ] || echo used; done
      true`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look at ${INFO}`, output);
      const lines = output.stdout.split('\n').filter((line) => line !== '');
      return { uuid: lines.find((line) => line !== 'used') ?? null, used: lines.includes('used') };
    },
  }),

  diff({ uuid }, have) {
    if (have.uuid !== uuid && have.used)
      throw new Refusal(
        `its glusterd is ${have.uuid} and belongs to a pool; the pool knows this host as ${uuid}`,
        [
          sh`ls -l /var/lib/glusterd/peers /var/lib/glusterd/vols`,
          sh`gluster pool list`,
          "Where another machine has this one's place in the pool now, set storage.address of each host to the address that the pool knows it by. Where this one belongs to another pool, take it out of that pool or out of the inventory.",
        ],
      );
    return compare('uuid', have.uuid, uuid);
  },

  apply: ({ uuid, operatingVersion, peers }) => [
    {
      title: 'give glusterd the identity that its pool knows',
      script: sh`
        ! systemctl is-active -q glusterd.service || systemctl stop glusterd.service || exit 1
        mkdir -p /var/lib/glusterd/peers || exit 1
        ${lines(peers.map((peer) => sh`(${write(`/var/lib/glusterd/peers/${peer.uuid}`, `uuid=${peer.uuid}\nstate=3\nhostname1=${peer.address}\n`)}) || exit 1`))}
        ${write(INFO, `UUID=${uuid}\noperating-version=${operatingVersion}\n`)}`,
    },
  ],
});

/** glusterd's own files are root's alone. State 3 is a peer in the cluster (GD_FRIEND_STATE_BEFRIENDED). */
function write(path: string, content: string) {
  return writeFile({ path, content, mode: '0600', owner: 'root', group: 'root' });
}
