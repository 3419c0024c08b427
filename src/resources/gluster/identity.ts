import { z } from 'zod';
import { AWAY } from '../../facts/index.ts';
import { compare, defineResource, ProbeError, Refusal } from '../../resource/index.ts';
import { lines, sh } from '../../shell/index.ts';
import { LOOK_FOR_DISKS } from '../look-for-disks.ts';
import { absolutePath } from '../path.ts';
import { rowsAfter } from '../rows.ts';
import { writeFile } from '../write-file.ts';

const want = z.strictObject({
  /** Where glusterd keeps its state. */
  directory: absolutePath,
  /** The UUID that the pool knows this host by. */
  uuid: z.uuid(),
  /** The version of the pool, which all its nodes can run (`cluster.op-version`). */
  operatingVersion: z.string().regex(/^\d+$/),
  /** The other nodes of the pool. */
  peers: z
    .array(
      z.strictObject({
        /** The UUID of the node in the pool. */
        uuid: z.uuid(),
        /** The address that the pool reaches it at. */
        address: z.string(),
      }),
    )
    .min(1),
});

/**
 * The identity by which a pool knows this node. A node that was installed anew takes its old one again, and knows the
 * pool when its glusterd starts, so that its bricks are still its own (Red Hat Gluster Storage, Administration Guide,
 * "Replacing a Host Machine with the Same Hostname"). A node that is in a pool keeps its own.
 */
export const glusterIdentity = defineResource({
  kind: 'gluster-identity',
  want,
  key: ({ directory }) => infoOf(directory),

  observe: ({ directory }) => ({
    script: sh`
      d=${directory}
      cd / && ls "\${d%/*}/" >/dev/null || exit 66
      sed -n 's/^UUID=//p' "$d/glusterd.info" 2>/dev/null
      ${AWAY}
      away ${directory} | sed 's/^/away /'
      for f in "$d"/peers/* "$d"/vols/*; do [ ! -e "$f" ] || echo used; done
      true`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look at ${infoOf(directory)}`, output);
      const lines = output.stdout.split('\n').filter((line) => line !== '');
      const [away] = rowsAfter('away', output.stdout);
      const uuid = lines.find((line) => line !== 'used' && !line.startsWith('away ')) ?? null;
      return { uuid, used: lines.includes('used'), away };
    },
  }),

  diff({ directory, uuid }, have) {
    if (have.uuid !== uuid && have.used)
      throw new Refusal(
        `its glusterd is ${have.uuid} and belongs to a pool; the pool knows this host as ${uuid}`,
        [
          sh`ls -l ${`${directory}/peers`} ${`${directory}/vols`}`,
          sh`gluster pool list`,
          "If another machine has this one's place in the pool now, set storage.address of each host to the address that the pool knows it by. If this one belongs to another pool, take it out of that pool or out of the inventory.",
        ],
      );
    if (have.uuid === null && have.away !== undefined)
      throw new Refusal(
        `the files of glusterd, ${directory}, may be on a disk that is away: ${have.away}. Made anew, they would be below it`,
        [
          LOOK_FOR_DISKS,
          'Bring the disk back to where it was mounted, and run again. If it is gone for good, mount another in its place first.',
        ],
      );
    return compare('uuid', have.uuid, uuid);
  },

  apply: ({ directory, uuid, operatingVersion, peers }) => [
    {
      title: 'give glusterd the identity that its pool knows',
      script: sh`
        ! systemctl is-active -q glusterd.service || systemctl stop glusterd.service || exit 1
        mkdir -p ${`${directory}/peers`} || exit 1
        ${lines(peers.map((peer) => sh`(${write(`${directory}/peers/${peer.uuid}`, `uuid=${peer.uuid}\nstate=3\nhostname1=${peer.address}\n`)}) || exit 1`))}
        ${write(infoOf(directory), `UUID=${uuid}\noperating-version=${operatingVersion}\n`)}`,
    },
  ],
});

const infoOf = (directory: string) => `${directory}/glusterd.info`;

/** glusterd's own files are root's alone. State 3 is a peer in the cluster (GD_FRIEND_STATE_BEFRIENDED). */
function write(path: string, content: string) {
  return writeFile({ path, content, mode: '0600', owner: 'root', group: 'root' });
}
