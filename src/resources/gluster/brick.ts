import { z } from 'zod';
import { type Change, defineResource, ProbeError, Refusal, Unobservable } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { absolutePath } from '../path.ts';

const want = z.strictObject({
  path: absolutePath,
  /** Of the volume that the brick belongs to. Without it the brick is for a volume that is yet to be made. */
  volumeId: z.uuid().optional(),
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
      timeout 10 findmnt -rn -o TARGET -T "$d" || exit 66
      [ "$d" = ${path} ] || { echo absent; exit 0; }
      m=$(getfattr --absolute-names --only-values -n ${MARK} -- "$d" 2>/dev/null | od -An -tx1 | tr -d ' \n')
      [ -n "$m" ] || command -v getfattr >/dev/null || m=unread
      echo "\${m:-unmarked}"
      names=$(ls -A -- "$d") || exit 66
      printf '%s\n' "$names" | head -n 4`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look at ${path}`, output);
      const [target = '', state = '', ...rest] = output.stdout.split('\n');
      const names = rest.filter((name) => name !== '');
      if (state === 'unread' && names.length > 0 && volumeId !== undefined)
        return new Unobservable('getfattr, which reads the mark of a brick, is not installed');
      return { target, state, names };
    },
  }),

  diff({ path, volumeId, allowRootFilesystem }, { target, state, names }): readonly Change[] {
    if (target === '/' && !allowRootFilesystem && volumeId === undefined)
      throw new Refusal(
        `${path} is on the root file system: a mailbox that grows would fill it and stop the whole machine`,
        [
          `mount a file system of its own at ${path.slice(0, path.lastIndexOf('/'))}, or set storage.allowRootFilesystem: true`,
        ],
      );
    const mark = /^[0-9a-f]{32}$/.test(state) ? state : undefined;
    const wanted = volumeId?.replaceAll('-', '');
    const look = [sh`getfattr --absolute-names -e hex -n ${MARK} -- ${path}`, sh`ls -lA -- ${path}`];
    if ((mark !== undefined && mark !== wanted) || (mark === undefined && names.includes('.glusterfs')))
      throw new Refusal(
        volumeId === undefined
          ? `${path} is the brick of a volume${mark === undefined ? '' : ` (${mark})`} that no host knows any more, and it may hold the only copy of its files; a run neither takes it over nor empties it`
          : `${path} is the brick of another volume${mark === undefined ? '' : ` (${mark})`}, with its files; a run neither takes it over nor empties it`,
        [
          ...look,
          `Write another storage.brickPath. Where these files are the mail, copy them, without .glusterfs, to the shared storage once it is mounted.`,
        ],
      );
    if (mark === undefined && names.length > 0)
      throw new Refusal(
        `${path} holds files (${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and more' : ''}), and is no brick of this volume; a run neither takes it over nor empties it`,
        [
          ...look,
          `Write another storage.brickPath. Where these files are the mail, copy them to the shared storage once it is mounted.`,
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
