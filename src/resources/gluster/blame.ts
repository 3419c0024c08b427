import { z } from 'zod';
import { askGluster, glusterAnswer, glusterVolumeInfo, glusterVolumes } from '../../facts/index.ts';
import { compare, defineResource, Refusal } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { absolutePath } from '../path.ts';

const want = z.strictObject({
  /** The volume, by its name. */
  volume: z.string(),
  /** The emptied brick, `address:path`. */
  brick: z.string(),
  /** What glusterd calls it for good, `mailu-client-3`: others have noted what it has missed by that. Its place among the bricks may be another. */
  id: z.string().regex(/^[\w.-]+$/),
  /** A whole brick on this host, where the blame is written down. */
  own: absolutePath,
});

/**
 * The whole bricks say of an emptied one that it has missed everything, before it is started. Without that a directory
 * could be listed from the empty brick and look empty. Done as the makers say (Red Hat Gluster Storage, Administration
 * Guide, "Replacing a Host Machine with the Same Hostname"): a change of the root while the brick is away.
 */
export const glusterBlame = defineResource({
  kind: 'gluster-blame',
  want,
  key: ({ brick }) => brick,

  observe: ({ volume, id, own }) => ({
    script: askGluster(sh`
      ${glusterVolumes} >/dev/null || exit
      case $(${glusterVolumeInfo(volume)}) in *'Status: Started'*) ;; *) echo stopped; exit 0 ;; esac
      getfattr --absolute-names -e hex -d -m trusted.afr -- ${own} >/dev/null || exit 66
      getfattr --absolute-names --only-values -n ${`trusted.afr.${id}`} -- ${own} 2>/dev/null | od -An -tx1 | tr -d ' \n'`),
    parse(output) {
      const answer = glusterAnswer('what its brick blames', output);
      if (typeof answer !== 'string' || answer === 'stopped\n') return answer;
      // Three counters of 32 bits: data, metadata, entries (afr changelog).
      const [, metadata = '', entries = ''] = /^.{8}(.{8})(.{8})/.exec(answer.trim()) ?? [];
      return Number.parseInt(metadata || '0', 16) > 0 && Number.parseInt(entries || '0', 16) > 0;
    },
  }),

  diff({ volume, brick }, blamed) {
    if (typeof blamed === 'string')
      throw new Refusal(
        `${brick} came back empty, and volume ${volume} is stopped. What the brick has missed is noted while the volume runs without it`,
        [
          `Stop glusterd on the host of ${brick} (systemctl stop glusterd): where it runs, a start by force takes the empty directory for a whole brick.`,
          {
            say: 'Then start the volume with the bricks that are whole, and run again',
            run: sh`gluster peer status | grep -A2 -xF ${`Hostname: ${brick.slice(0, brick.indexOf(':/'))}`} | grep -qF '(Disconnected)' && gluster volume start ${volume} force`,
          },
        ],
      );
    return compare('blamed', blamed, true);
  },

  apply: ({ volume, brick }) => [
    {
      title: `say of ${brick} that it has missed everything`,
      script: sh`
        set -eu
        d=$(mktemp -d)
        mount -t glusterfs ${`localhost:/${volume}`} "$d"
        trap 'umount "$d"; rmdir "$d"' EXIT
        sleep 2
        mkdir "$d/.provision-missed"
        rmdir "$d/.provision-missed"
        setfattr -n trusted.provision-missed -v 1 "$d"
        setfattr -x trusted.provision-missed "$d"`,
    },
  ],
});
