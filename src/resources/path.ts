import { z } from 'zod';
import { type Output, ProbeError } from '../resource/index.ts';
import { type Script, sh } from '../shell/index.ts';

export const absolutePath = z
  .string()
  .regex(/^\/[^\0\n]*[^/\0\n]$/, 'expected an absolute path without a trailing slash');
export const mode = z.string().regex(/^[0-7]{4}$/, "expected four octal digits, as in '0644'");
/** A name or a number, as `chown` takes it. */
export const principal = z
  .string()
  .regex(/^[a-z0-9_][a-z0-9_-]*\$?$/i, 'expected a user or group name or id');

/** Attributes of a path that is there. Names are the host's own. */
export interface PathState {
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly mode: string;
  readonly owner: readonly string[];
  readonly group: readonly string[];
  /** What `present` printed. */
  readonly rest: string;
}

const CANNOT_LOOK = 66;

/**
 * Text that prints a path's attributes and what `present` prints, or says that the path is absent. Absent is said
 * only where the nearest existing parent can be listed and does not list it: a dead mount is not an absent file. Where it
 * does, stat says why what is there cannot be entered.
 */
export function lookAt(path: string, present: Script = sh``): Script {
  return sh`
    p=${path}
    if [ -L "$p" ] || [ -e "$p" ]; then
      stat -c '%a %U %u %G %g %F' -- "$p" || exit ${CANNOT_LOOK}
      ${present}
    else
      d=$p
      while n=\${d##*/} d=$(dirname -- "$d"); [ ! -d "$d" ]; do :; done
      names=$(ls -A -- "$d") || exit ${CANNOT_LOOK}
      if printf '%s\n' "$names" | grep -qxF -- "$n"; then
        stat -L -- "\${d%/}/$n" >/dev/null && echo "\${d%/}/$n is not a directory" >&2
        exit ${CANNOT_LOOK}
      fi
      echo absent
    fi`;
}

/** Reads what `lookAt` printed; `null` is absent. */
export function readPath(path: string, output: Output): PathState | null {
  if (output.code !== 0) throw new ProbeError(`could not look at ${path}`, output);
  if (output.stdout === 'absent\n') return null;
  const end = output.stdout.indexOf('\n');
  const [bits = '', user = '', uid = '', group = '', gid = '', ...type] = output.stdout
    .slice(0, end)
    .split(' ');
  return {
    type: typeOf(type.join(' ')),
    mode: bits.padStart(4, '0'),
    owner: [user, uid],
    group: [group, gid],
    rest: output.stdout.slice(end + 1),
  };
}

function typeOf(text: string): PathState['type'] {
  if (text === 'regular file' || text === 'regular empty file') return 'file';
  if (text === 'directory') return 'directory';
  return text === 'symbolic link' ? 'link' : 'other';
}

/** Differences in mode, owner and group, which all kinds of path have. */
export function compareAttributes(
  want: { readonly mode: string; readonly owner: string; readonly group: string },
  have: PathState,
): readonly { field: 'mode' | 'owner' | 'group'; from: string; to: string }[] {
  const changes: { field: 'mode' | 'owner' | 'group'; from: string; to: string }[] = [];
  if (have.mode !== want.mode) changes.push({ field: 'mode', from: have.mode, to: want.mode });
  if (!have.owner.includes(want.owner))
    changes.push({ field: 'owner', from: have.owner[0] ?? '', to: want.owner });
  if (!have.group.includes(want.group))
    changes.push({ field: 'group', from: have.group[0] ?? '', to: want.group });
  return changes;
}
