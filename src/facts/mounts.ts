import { type Probe, ProbeError } from '../resource/index.ts';
import { raw, sh } from '../shell/index.ts';
import { hiddenText, lookBelow, readBarePoint } from './bare-point.ts';
import { MOUNTED_SINCE, mountUnits } from './mount-units.ts';

/** The first line of every mount unit that this tool writes. */
export const MOUNT_MARK = '# Written by provision.';

export interface MountFact {
  /** The mount point. */
  readonly where: string;
  /** What is mounted there, as findmnt(8) has it. */
  readonly source: string;
  /** The type of the file system, likewise: `fuse.glusterfs`. */
  readonly type: string;
  /** Whether its unit was changed after it was mounted. */
  readonly outdated: boolean;
  /** Bytes that are free; undefined where the file system does not answer. */
  readonly freeBytes: number | undefined;
  /** What was said instead of how much is free, in the words of df(1). */
  readonly silent: string | undefined;
  /** What lies below it, hidden, in words; undefined where nothing does. */
  readonly hidden: string | undefined;
}

const SILENT = 'Silent=';

/** Seconds that a file system may take to say how full it is. */
const PATIENCE = 10;

/** The mounts of our own units, as they are now. */
export const mountFacts: Probe<readonly MountFact[]> = {
  script: sh`
    ${MOUNTED_SINCE}
    for f in $(grep -lxF ${MOUNT_MARK} /etc/systemd/system/*.mount 2>/dev/null); do
      w=$(sed -n 's/^Where=//p' "$f")
      m=$(timeout ${PATIENCE} findmnt -rn -o SOURCE,FSTYPE --mountpoint "$w")
      case $? in 0) m=$(printf '%s\n' "$m" | tail -n 1) ;; 1) continue ;; *) exit 66 ;; esac
      free= said=$(timeout ${PATIENCE} df -Pk -- "$w" 2>&1)
      case $? in
        0) free=$(printf '%s\n' "$said" | sed -n '2s/  */ /gp' | cut -d' ' -f4) said= ;;
        124) said=${`no answer in ${PATIENCE} s`} ;;
      esac
      ${mountUnits} >/dev/null || exit 66
      t=$(mounted_since "\${f##*/}")
      echo "mount $(date -d "\${t:-now}" +%s.%6N) $(stat -c %.6Y -- "$f") \${free:-none} $m $w"
      [ -n "$free" ] || printf 'Silent=%s\n' "$(printf '%s\n' "$said" | tail -n 1)"
      ${lookBelow(raw('"$w"'))}
    done`,
  parse(output) {
    if (output.code !== 0)
      throw new ProbeError(`could not look what is mounted (findmnt has ${PATIENCE} s to answer)`, output);
    return output.stdout
      .split(/^mount /m)
      .filter((text) => text !== '')
      .map((text) => {
        const [line = '', ...below] = text.split('\n');
        const point = readBarePoint(below);
        const [since = '', written = '', free = '', source = '', type = '', where = ''] = line.split(' ');
        return {
          where,
          source,
          type,
          outdated: Number(written) > Number(since),
          silent: below.find((text) => text.startsWith(SILENT))?.slice(SILENT.length),
          freeBytes: free === 'none' ? undefined : Number(free) * 1024,
          hidden: point.files === 0 ? undefined : hiddenText(point),
        };
      });
  },
};
