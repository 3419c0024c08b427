import { z } from 'zod';
import { type Change, defineResource, ProbeError, Refusal } from '../../resource/index.ts';
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

  observe: ({ path }) => ({
    script: sh`
      d=${path}
      while [ ! -d "$d" ]; do d=$(dirname -- "$d"); done
      timeout 10 findmnt -rn -o TARGET -T "$d" || exit 66
      [ "$d" = ${path} ] || { echo absent; exit 0; }
      command -v getfattr >/dev/null || { echo unmarked; ls -A -- "$d" | head -n 1; exit 0; }
      m=$(getfattr --absolute-names --only-values -n ${MARK} -- "$d" 2>/dev/null | od -An -tx1 | tr -d ' \n')
      echo "\${m:-unmarked}"
      names=$(ls -A -- "$d") || exit 66
      printf '%s\n' "$names" | head -n 1`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look at ${path}`, output);
      const [target = '', state = '', first = ''] = output.stdout.split('\n');
      return { target, state, empty: first === '' };
    },
  }),

  diff({ path, volumeId, allowRootFilesystem }, { target, state, empty }): readonly Change[] {
    if (target === '/' && !allowRootFilesystem && volumeId === undefined)
      throw new Refusal(
        `${path} is on the root file system: a mailbox that grows would fill it and stop the whole machine`,
        [
          `mount a file system of its own at ${path.slice(0, path.lastIndexOf('/'))}, or set storage.allowRootFilesystem: true`,
        ],
      );
    const mark = /^[0-9a-f]{32}$/.test(state) ? state : undefined;
    const wanted = volumeId?.replaceAll('-', '');
    if (mark !== undefined && mark !== wanted)
      throw new Refusal(`${path} is a brick of another volume (${mark}), with its data`, [
        `set another storage.brickPath, or move what is there away: mv ${path} ${path}.old`,
      ]);
    if (mark === undefined && !empty)
      throw new Refusal(`${path} holds files, and is not a brick of this volume`, [
        `set another storage.brickPath, or move what is there away: mv ${path} ${path}.old`,
      ]);
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
