import { type Probe, ProbeError } from '../resource/index.ts';
import { raw, sh } from '../shell/index.ts';
import { hiddenText, lookBelow, readBarePoint } from './bare-point.ts';

/** The first line of every mount unit that this tool writes. */
export const MOUNT_MARK = '# Written by provision.';

export interface MountFact {
  readonly where: string;
  readonly source: string;
  readonly type: string;
  /** Whether its unit was changed after it was mounted. */
  readonly outdated: boolean;
  /** Bytes that are free; undefined where the file system does not answer. */
  readonly freeBytes: number | undefined;
  /** What lies below it, hidden, in words; undefined where nothing does. */
  readonly hidden: string | undefined;
}

/** Seconds that a file system may take to say how full it is. */
const PATIENCE = 10;

/** The mounts of our own units, as they are now. */
export const mountFacts: Probe<readonly MountFact[]> = {
  script: sh`
    for f in $(grep -lxF ${MOUNT_MARK} /etc/systemd/system/*.mount 2>/dev/null); do
      w=$(sed -n 's/^Where=//p' "$f")
      m=$(timeout ${PATIENCE} findmnt -rn -o SOURCE,FSTYPE --mountpoint "$w")
      case $? in 0) m=$(printf '%s\n' "$m" | tail -n 1) ;; 1) continue ;; *) exit 66 ;; esac
      free=$(timeout ${PATIENCE} df -Pk -- "$w" 2>/dev/null | sed -n '2s/  */ /gp' | cut -d' ' -f4)
      t=$(systemctl show --timestamp=us+utc -P ActiveEnterTimestamp -- "\${f##*/}") || exit 66
      echo "mount $(date -d "$t" +%s.%6N) $(stat -c %.6Y -- "$f") \${free:-none} $m $w"
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
          freeBytes: free === 'none' ? undefined : Number(free) * 1024,
          hidden: point.files === 0 ? undefined : hiddenText(point),
        };
      });
  },
};
