import { type BarePoint, hiddenText, lookBelow, readBarePoint } from '../facts/index.ts';
import { Refusal } from '../resource/index.ts';
import { type Script, sh } from '../shell/index.ts';

/** Seconds that the mount table may take. */
const PATIENCE = 10;

export interface MountPoint extends BarePoint {
  /** Other mounts below it that one here would hide. */
  readonly below: readonly string[];
}

/** Text that prints what a mount at `where` hides, or would hide. */
export function lookAtPoint(where: string): Script {
  return sh`
    ${lookBelow(sh`${where}`)}
    mounts=$(timeout ${PATIENCE} findmnt -rn -o TARGET) || exit 66
    printf '%s\n' "$mounts" | grep -F -- ${`${where}/`} | sed 's/^/Below=/'`;
}

/** Reads what `lookAtPoint` printed. */
export function readPoint(where: string, lines: readonly string[]): MountPoint {
  const below = lines.flatMap((line) => (line.startsWith(`Below=${where}/`) ? [line.slice(6)] : []));
  return { ...readBarePoint(lines), below };
}

/** @throws Refusal where a mount here would hide what somebody has put there. */
export function refuseToHide(where: string, point: MountPoint): void {
  const { state, leads, files, below } = point;
  if (state === 'link')
    throw new Refusal(`${where} leads to ${leads}, and a unit mounts only at a path without links`, [
      sh`ls -ld -- ${where}`,
      `Write storage.root: ${leads}, or another directory that no link leads to.`,
    ]);
  if (state === 'file')
    throw new Refusal(`${where} is a file, where a file system is to be mounted`, [
      sh`ls -l -- ${where}`,
      'Move it to another place if it is needed, or write another storage.root.',
    ]);
  if (below.length > 0)
    throw new Refusal(`${below.join(', ')} is mounted below ${where}, and a mount over it would hide it`, [
      ...below.slice(0, 1).map((one) => sh`findmnt --mountpoint ${one}`),
      'If it has mail, mount it at a directory outside, run again, then copy what it has to the shared storage.',
    ]);
  if (files > 0)
    throw new Refusal(
      `${where} is not empty: ${hiddenText(point)}. The shared storage would be mounted over it and hide it`,
      [
        sh`ls -lA -- ${where}`,
        {
          say: 'Stop what uses these files, and move them aside',
          run: sh`test ! -e ${`${where}.before`} && ${state === 'immutable' ? sh`chattr -i -- ${where} && ` : sh``}mv -T -- ${where} ${`${where}.before`}`,
        },
        {
          say: `Then run again. When ${where} is mounted, copy what the shared storage does not have yet, from one host after the other`,
          run: sh`mountpoint -q -- ${where} && cp -a -n -- ${`${where}.before/.`} ${`${where}/`}`,
        },
      ],
    );
}
