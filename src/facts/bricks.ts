import { BOOT_SECONDS, lines, raw } from '../shell/index.ts';
import { AWAY } from './away.ts';
import { NOT_SEARCHED, OF_CONTAINERS } from './searched-mounts.ts';

/** A brick as the files of glusterd record it, whoever holds it. */
export interface RecordedBrick {
  /** The volume, by its name. */
  readonly volume: string;
  /** `name:path`, as in `GlusterVolume.bricks`. */
  readonly brick: string;
  /** The node that holds it. Files of old releases do not say. */
  readonly uuid: string | undefined;
  /** What glusterd calls it for good: `mailu-client-3`. Files of old releases do not say. */
  readonly id?: string | undefined;
  /** Where the file system was mounted that it was made on, as its node has told the others. Not all files say. */
  readonly madeOn: string | undefined;
}

/** What the disks of a host say of bricks. */
export interface BrickFacts {
  /**
   * What marks a local path as a brick: the id of its volume; `null` where it is not there or bears no mark; `unread` where a
   * brick is there and nothing on the host can read its mark.
   */
  readonly marks: Readonly<Record<string, string | null>>;
  /** Why what belongs at a path that bears no mark may be on a disk that is not there now. */
  readonly away: Readonly<Record<string, string>>;
  /** Bricks of all volumes of the pool, as the files of glusterd have them. */
  readonly recorded: readonly RecordedBrick[];
  /** Bricks with files on the disks of a host that does not know the volume that is wanted, each with its mark: also of other volumes. */
  readonly found: Readonly<Record<string, string | null>>;
  /** Whether the disks could be looked through in time. */
  readonly searched: boolean;
}

/** How mail gets out of a brick by hand, and what of a brick is no mail (GlusterFS: arbiter, distribute and disperse translators). */
export const COPYING_BRICKS =
  "What of them is mail can be copied, without .glusterfs, to the shared storage once it is mounted. Copy it to an empty directory of another disk first, and look there whether the messages can be read: an arbiter's brick has empty files, a brick of several sets has empty ones (mode ---------T) for what another set holds, and one of a dispersed volume has pieces.";

/** A brick whose mark cannot be read, since `getfattr` is not installed. */
export const UNREAD = 'unread';

/** Seconds that the disks may take to be looked through. */
export const SEARCH = 20;

/**
 * Text that defines `recorded_bricks` and `lost_bricks`; `$d` is where glusterd keeps its files. A brick has a folder `.glusterfs`;
 * one that is made and never written to has no other name in it. A subvolume of btrfs that is in another is a device of its own to find(1),
 * and no mount: it is known by the number of its directory (BTRFS_FIRST_FREE_OBJECTID), and searched next. `$passed` has directories, a line
 * each, that a person says hold none.
 */
export const FIND_BRICKS = lines([
  AWAY,
  raw(`\
mark_of() {
  m=$(getfattr --absolute-names --only-values -e hex -n trusted.glusterfs.volume-id -- "$1" 2>/dev/null | od -An -tx1 | tr -d ' \\n')
  [ -n "$m" ] || command -v getfattr >/dev/null || [ ! -d "$1/.glusterfs" ] || m=${UNREAD}
}
recorded_bricks() {
  for f in "$d"/vols/*/bricks/*; do
    [ -e "$f" ] || continue
    v=\${f#"$d"/vols/}
    p= u= at= id= within=
    while IFS= read -r row || [ -n "$row" ]; do
      case $row in
        path=*) p=\${row#*=} ;;
        uuid=*) u=\${row#*=} ;;
        hostname=*) at=\${row#*=} ;;
        brick-id=*) id=\${row#*=} ;;
        mount_dir=*) within=\${row#*=} ;;
      esac
    done <"$f"
    case $id in *-*) n="\${v%%/*} \${id##*-}" ;; *) n="\${v%%/*} " ;; esac
    echo "brick $n \${u:-none} $at:$p"
    [ -z "$within" ] || echo "within $n $within"
    [ -z "$id" ] || echo "id $n $id"
    mark_of "$p"
    echo "mark $p \${m:-none}"
    reason=
    [ -n "$m" ] || reason=$(away "$p")
    [ -z "$reason" ] || printf 'away %s\\t%s\\n' "$p" "$reason"
  done
}
lost_bricks() {
  newline='
'
  IFS=$newline
  mounts=$(timeout 10 findmnt -nlU -o FSTYPE,TARGET 2>/dev/null) || echo 'slow yes'
  tops=
  for mount in $mounts; do
    type=\${mount%%[ ]*} at=/\${mount#*/}
    case $type in ${NOT_SEARCHED}) continue ;; esac
    case $type:$at in ${OF_CONTAINERS} | *:/run/gluster/snaps/*) continue ;; esac
    tops=$tops$newline$at
  done
  tops=\${tops#"$newline"}
  tops=\${tops:-/}
  places=$tops all=
  until=$((${BOOT_SECONDS} + ${SEARCH}))
  while [ -n "$places" ]; do
    left=$((until - ${BOOT_SECONDS}))
    [ "$left" -gt 0 ] || { echo 'slow yes'; break; }
    set -- /proc /sys /dev /run /usr /boot '*/btrfs/subvolumes' '*/.snapshots' $passed
    last=$#
    for skip; do set -- "$@" -o -path "$skip"; done
    shift "$last"
    seen=$(timeout "$left" find $places -xdev -mindepth 1 -maxdepth 6 \\( -name overlay2 "$@" \\) -prune -o -type d \\( -name .glusterfs -o -inum 256 \\) -print 2>/dev/null)
    code=$?
    places=
    for found in $seen; do
      case $found in
        */.glusterfs) all=$all$newline$found ;;
        *) case $newline$tops$newline in *"$newline$found$newline"*) ;; *) places=$places$newline$found ;; esac ;;
      esac
    done
    [ "$code" -ne 124 ] || { echo 'slow yes'; break; }
  done
  for found in $all; do
    p=\${found%/.glusterfs}
    ls -A -- "$p" | grep -qvxF .glusterfs || continue
    mark_of "$p"
    echo "found $p \${m:-none}"
  done
  unset IFS
}`),
]);

/** Reads what these functions printed. `all` gives the rows of a kind. */
export function readBricks(all: (kind: string) => readonly string[]): BrickFacts {
  return {
    marks: Object.fromEntries(all('mark').map(readMark)),
    away: Object.fromEntries(all('away').map((row) => row.split('\t') as [string, string])),
    recorded: readRecorded(all('brick'), all('within'), all('id')),
    found: Object.fromEntries(all('found').map(readMark)),
    searched: all('slow').length === 0,
  };
}

function readMark(row: string): [string, string | null] {
  const space = row.lastIndexOf(' ');
  const mark = row.slice(space + 1);
  const id = /^[0-9a-f]{32}$/.test(mark) ? dashed(mark) : null;
  return [row.slice(0, space), mark === UNREAD ? UNREAD : id];
}

function dashed(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Rows of volume, number of the brick in it, node and brick, in the order of their files. */
function readRecorded(
  rows: readonly string[],
  within: readonly string[],
  named: readonly string[],
): readonly RecordedBrick[] {
  const folders = byNumber(within);
  const ids = byNumber(named);
  return rows
    .map((row) => /^(\S+) (\d*) (\S+) (.+)$/.exec(row) ?? [])
    .toSorted(([, a = '', i], [, b = '', j]) => (a === b ? Number(i) - Number(j) : a < b ? -1 : 1))
    .map(([, volume = '', number = '', uuid, brick = '']) => ({
      volume,
      brick,
      uuid: uuid === 'none' ? undefined : uuid,
      id: ids.get(`${volume} ${number}`),
      madeOn: mountOf(brick.slice(brick.indexOf(':/') + 1), folders.get(`${volume} ${number}`)),
    }));
}

/** What rows say of bricks, by volume and number. */
function byNumber(rows: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    rows.map((row) => {
      const [, brick = '', said = ''] = /^(\S+ \d*) (.+)$/.exec(row) ?? [];
      return [brick, said];
    }),
  );
}

/** `mount_dir` is a brick's path below its mount point (glusterd-utils.c, glusterd_get_brick_mount_dir). */
function mountOf(path: string, folder: string | undefined): string | undefined {
  if (folder === '/') return path;
  if (folder === undefined || !path.endsWith(folder)) return undefined;
  return path.slice(0, -folder.length) || '/';
}
