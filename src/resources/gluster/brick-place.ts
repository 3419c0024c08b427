import { Refusal } from '../../resource/index.ts';
import { LOOK_FOR_DISKS } from '../look-for-disks.ts';

/** A brick that is not there: it is made, and where its volume has it, filled from the others. */
export interface MissingBrick {
  readonly path: string;
  /** Absent for one that is new to a volume. */
  readonly volumeId?: string | undefined;
  /** Where the file system was mounted that it was made on, as far as its pool knows. */
  readonly madeOn?: string | undefined;
  readonly allowRootFilesystem: boolean;
}

/** Where it would be made now. */
export interface Place {
  /** Where the file system is mounted that its path is on. */
  readonly target: string;
  /** Why what belongs at its path may be on a disk that is not there now. */
  readonly away: string | undefined;
}

/**
 * A brick that is made on another disk than its own while that is away fills it with all mail, and its own would be taken for whole
 * when it comes back.
 *
 * @throws Refusal where its own disk may be away, or where its path is on the root file system and nobody has said that it may be.
 */
export function refuseWrongDisk(brick: MissingBrick, { target, away }: Place): void {
  const { path, volumeId, madeOn, allowRootFilesystem } = brick;
  if (away !== undefined)
    throw new Refusal(`${path} is not there, and its disk may be away: ${away}. ${harm(brick)}`, [
      LOOK_FOR_DISKS,
      ...back(brick),
    ]);
  if (madeOn !== undefined && isBelow(madeOn, target))
    throw new Refusal(
      `${path} is not there: it was made on a file system of its own at ${madeOn}, where none is mounted now. ${harm(brick)}`,
      [
        LOOK_FOR_DISKS,
        ...back(brick),
        `If it is to be on this disk from now on, mount a directory of it at ${madeOn}, by a line in /etc/fstab with the option bind, and run again.`,
      ],
    );
  if (target !== '/' || allowRootFilesystem || madeOn === '/') return;
  throw new Refusal(
    volumeId === undefined
      ? `${path} is on the root file system: a mailbox that grows would fill it and stop the whole machine`
      : `${path} is not there, and its path is on the root file system: it may have been on a disk that is not mounted now. ${harm(brick)}`,
    volumeId === undefined
      ? [
          `mount a file system of its own at ${path.slice(0, path.lastIndexOf('/'))}, or set storage.allowRootFilesystem: true`,
        ]
      : [
          LOOK_FOR_DISKS,
          ...back(brick),
          'If it has always been on the root file system, set storage.allowRootFilesystem: true.',
        ],
  );
}

const back = ({ volumeId }: MissingBrick): readonly string[] =>
  volumeId === undefined
    ? [
        'Bring the disk back to where it was mounted, and run again.',
        'If it is gone for good, mount a new file system in its place, by a line in /etc/fstab, or write another storage.brickPath; then run again.',
      ]
    : [
        'Bring its disk back to where it was mounted, and run again: the brick is brought up to date from the others.',
        'If the disk is gone for good, mount a new file system in its place, by a line in /etc/fstab, and run again: the brick is filled from the others.',
      ];

const harm = ({ volumeId }: MissingBrick) =>
  volumeId === undefined
    ? 'A run would begin an empty volume on another disk'
    : 'A run would fill another disk with all mail, and the old brick would be taken for whole when it comes back';

/** Whether a mount point is below another. */
function isBelow(one: string, other: string): boolean {
  return one !== other && one.startsWith(other === '/' ? '/' : `${other}/`);
}
