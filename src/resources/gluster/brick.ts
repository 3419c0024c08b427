import { z } from 'zod';
import { AWAY, COPYING_BRICKS } from '../../facts/index.ts';
import { type Change, defineResource, ProbeError, Refusal, Unobservable } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { absolutePath } from '../path.ts';
import { refuseWrongDisk } from './brick-place.ts';

const want = z.strictObject({
  /** The directory of the brick. */
  path: absolutePath,
  /** The id of the volume that the brick belongs to. Without it the brick is for a volume that is yet to be made. */
  volumeId: z.uuid().optional(),
  /** Where the file system was mounted that it was made on, as far as its pool knows. */
  madeOn: z.union([z.literal('/'), absolutePath]).optional(),
  /** Whether it may be on the root file system, which its files can fill. */
  allowRootFilesystem: z.boolean().default(false),
});

const MARK = 'trusted.glusterfs.volume-id';

/**
 * The directory of a brick, on a file system of its own. One that is empty and belongs to a volume (its host was
 * installed anew) gets the volume's mark, without which glusterd does not start it.
 */
export const glusterBrick = defineResource({
  kind: 'gluster-brick',
  want,
  key: ({ path }) => path,

  observe: ({ path, volumeId }) => ({
    script: sh`
      d=${path}
      while [ ! -d "$d" ]; do d=$(dirname -- "$d"); done
      on=$(timeout 10 findmnt -rn -o TARGET -T "$d") || exit 66
      # An automount and what it has mounted are at one place, and both are named.
      printf '%s\n' "$on" | tail -n 1
      m=
      [ "$d" != ${path} ] || m=$(getfattr --absolute-names --only-values -n ${MARK} -- "$d" 2>/dev/null | od -An -tx1 | tr -d ' \n')
      ${AWAY}
      [ -n "$m" ] || away ${path} | sed 's/^/away /'
      [ "$d" = ${path} ] || { echo absent; exit 0; }
      [ -n "$m" ] || command -v getfattr >/dev/null || m=unread
      echo "\${m:-unmarked}"
      names=$(ls -A -- "$d") || exit 66
      printf '%s\n' "$names" | head -n 4`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look at ${path}`, output);
      const [target = '', ...after] = output.stdout.split('\n');
      const away = after[0]?.startsWith('away ') ? after.shift()?.slice('away '.length) : undefined;
      const [state = '', ...rest] = after;
      const names = rest.filter((name) => name !== '');
      if (state === 'unread' && names.length > 0 && volumeId !== undefined)
        return new Unobservable('getfattr, which reads the mark of a brick, is not installed');
      return { target, away, state, names };
    },
  }),

  diff(wanted, { target, away, state, names }): readonly Change[] {
    const { path, volumeId } = wanted;
    const mark = /^[0-9a-f]{32}$/.test(state) ? state : undefined;
    const own = volumeId?.replaceAll('-', '');
    if (mark === undefined) refuseWrongDisk(wanted, { target, away });
    const look = [sh`getfattr --absolute-names -e hex -n ${MARK} -- ${path}`, sh`ls -lA -- ${path}`];
    if ((mark !== undefined && mark !== own) || (mark === undefined && names.includes('.glusterfs')))
      throw new Refusal(
        volumeId === undefined
          ? `${path} is the brick of a volume${mark === undefined ? '' : ` (${mark})`} that no host knows any more, and it may hold the only copy of its files; a run neither takes it over nor empties it`
          : `${path} is the brick of another volume${mark === undefined ? '' : ` (${mark})`}, with its files; a run neither takes it over nor empties it`,
        [...look, `Write another storage.brickPath. ${COPYING_BRICKS}`],
      );
    if (mark === undefined && names.length > 0)
      throw new Refusal(
        `${path} holds files (${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and more' : ''}), and is no brick of this volume; a run neither takes it over nor empties it`,
        [
          ...look,
          `Write another storage.brickPath. If these files are the mail, copy them to the shared storage once it is mounted.`,
        ],
      );
    return [
      ...(state === 'absent' ? [{ field: 'directory', from: null, to: '0755 root:root' }] : []),
      ...(volumeId !== undefined && mark === undefined
        ? [{ field: 'volume', from: null, to: volumeId }]
        : []),
    ];
  },

  apply: ({ path, volumeId }, _have, changes) => [
    {
      title: `make the brick ${path}`,
      script: sh`mkdir -p -m 0755 -- ${path}`,
    },
    ...(changes.some(({ field }) => field === 'volume')
      ? [
          {
            title: `mark ${path} as a brick of its volume`,
            // glusterd makes the folder of indices only with a new brick, and the brick does not start without it.
            script: sh`
              mkdir -p -m 0600 -- ${`${path}/.glusterfs`} ${`${path}/.glusterfs/indices`} || exit 1
              setfattr -n ${MARK} -v ${`0x${volumeId?.replaceAll('-', '')}`} -- ${path}`,
          },
        ]
      : []),
  ],
});
