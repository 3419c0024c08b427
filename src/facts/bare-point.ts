import { type Script, sh } from '../shell/index.ts';

/** Seconds that a look at what is below a mount point may take. */
const PATIENCE = 10;
/** Files beyond these are not counted. */
const MOST = 1000;

/**
 * Finds what is no directory and not this tool's own. A nested subvolume of btrfs is another device to find(1), and no mount: `-xdev` would
 * leave out what is in it.
 */
const FILES = sh`find "$w" -path "$w/.provision" -prune -o ! -type d`;

/** What is at a mount point below what is mounted there. */
export interface BarePoint {
  readonly state: 'absent' | 'writable' | 'immutable' | 'link' | 'file' | 'unknown';
  /** Where a link leads to, in it or in a directory above it. */
  readonly leads: string | undefined;
  /** Files that a mount hides; at most one more than are counted. Empty directories and this tool's own are none. */
  readonly files: number;
  /** The first names there. */
  readonly names: string;
  /** As du(1) says it. */
  readonly size: string | undefined;
}

/** Runs `look` where nothing is mounted over `$w`: in a mount namespace of its own, which nobody else sees. */
export function bare(where: Script, look: Script): Script {
  return sh`
    unshare --mount --propagation private sh -c ${'w=$1; while findmnt -rn --mountpoint "$w" >/dev/null; do umount -l -- "$w" || exit 66; done; eval "$2"'} sh ${where} ${look.shown} || exit 66`;
}

/** Text that prints what is below what is mounted at `where`, or is there while nothing is mounted. */
export function lookBelow(where: Script): Script {
  return bare(
    where,
    sh`
    r=$(readlink -m -- "$w") || exit 66
    if [ "$r" != "$w" ]; then echo Bare=link; echo "Leads=$r"
    elif [ ! -e "$w" ]; then echo Bare=absent
    elif [ ! -d "$w" ]; then echo Bare=file; else
      flags=
      if command -v lsattr >/dev/null; then flags=$(lsattr -d -- "$w") || exit 66; fi
      case \${flags%% *} in *i*) echo Bare=immutable ;; *) echo Bare=writable ;; esac
      one=$(timeout ${PATIENCE} ${FILES} -printf x -quit) || exit 66
      if [ -n "$one" ]; then
        echo "Files=$(timeout ${PATIENCE} ${FILES} -printf . | head -c ${MOST + 1} | wc -c)"
        echo "Names=$(ls -A -- "$w" | grep -vxF .provision | head -n 3 | tr '\n' ' ')"
        echo "Size=$(timeout ${PATIENCE} du -sh -- "$w" | cut -f1)"
      fi
    fi`,
  );
}

/** Text that fails where a mount would hide something. */
export function failIfHidden(where: Script): Script {
  return bare(
    where,
    sh`
    one=$(timeout ${PATIENCE} ${FILES} -print -quit) && [ -z "$one" ] && exit 0
    echo "$w is not empty: $one" >&2
    exit 1`,
  );
}

/** Reads what `lookBelow` printed. */
export function readBarePoint(lines: readonly string[]): BarePoint {
  const values = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  return {
    state: (values('Bare')[0] ?? 'unknown') as BarePoint['state'],
    leads: values('Leads')[0],
    files: Number(values('Files')[0] ?? 0),
    names: values('Names')[0]?.trim().split(' ').join(', ') ?? '',
    size: values('Size')[0] || undefined,
  };
}

/** The words for what is hidden: `12 files (mail, dkim; 3.4M)`. */
export function hiddenText({ files, names, size }: Pick<BarePoint, 'files' | 'names' | 'size'>): string {
  const count = files > MOST ? `more than ${MOST} files` : files === 1 ? 'one file' : `${files} files`;
  return `${count} (${names}${size === undefined ? '' : `; ${size}`})`;
}
