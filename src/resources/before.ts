import type { Change, Step } from '../resource/index.ts';
import { type Script, sh } from '../shell/index.ts';

/** Paths that this tool has written on a host: what is at any other path when it is first written is somebody's. */
const WRITTEN = '/var/lib/provision/written';

/** Whose a file is that is about to be replaced: `kept` is somebody's of which there is a copy already. */
export type Whose = 'ours' | 'theirs' | 'kept';

/**
 * Where a copy of somebody's file is kept, once. In directories that programs read entirely they take it for nothing: most read
 * names by their ending; apt reports those it does not know, and logrotate reads them, but for `.bak`.
 */
export function copyOf(path: string): string {
  return `${path}.before-provision${/^\/etc\/(apt|logrotate\.d)\//.test(path) ? '.bak' : ''}`;
}

/** Prints whose a file is. One as its package brought it (dpkg keeps the checksum of each configuration file) is nobody's work. */
export function whose(path: string): Script {
  return sh`
    if [ -e ${copyOf(path)} ] || [ -L ${copyOf(path)} ]; then echo kept
    elif grep -qxF -- ${path} ${WRITTEN} 2>/dev/null; then echo ours
    elif [ -f ${path} ] && grep -qxF -- ${` ${path} `}"$(md5sum <${path} | cut -d ' ' -f 1)" /var/lib/dpkg/status 2>/dev/null; then echo ours
    else echo theirs; fi`;
}

/** Keeps what is there, unless there is a copy: the first is what somebody wrote. */
export function keepCopy(path: string): Script {
  return sh`[ -e ${copyOf(path)} ] || [ -L ${copyOf(path)} ] || cp -aP -- ${path} ${copyOf(path)}`;
}

/** Remembers that a path is ours. Where this is lost, one more copy is kept. */
export function remember(path: string): Script {
  return sh`
    grep -qxF -- ${path} ${WRITTEN} 2>/dev/null || { mkdir -p /var/lib/provision && printf '%s\n' ${path} >>${WRITTEN}; }`;
}

/** Runs what writes a path, and remembers that it is ours. */
export function writeOurs(path: string, write: Script): Script {
  return sh`
    (${write}) || exit 1
    ${remember(path)}`;
}

/** Takes what `whose` printed, in its first line, from what came after it. */
export function readWhose(stdout: string): { readonly whose: Whose; readonly rest: string } {
  const end = stdout.indexOf('\n');
  return { whose: stdout.slice(0, end) as Whose, rest: stdout.slice(end + 1) };
}

/** Beside a change of what is at a path: a copy of somebody's is kept first. */
export function copyChange(path: string, from: Whose, field = 'copy'): readonly Change[] {
  return from === 'theirs' ? [{ field, from: null, to: copyOf(path) }] : [];
}

/** The step for that change, where it is among these. */
export function copyStep(path: string, changes: readonly Change[], field = 'copy'): readonly Step[] {
  return changes.some((change) => change.field === field)
    ? [{ title: `keep what was there as ${copyOf(path)}`, script: keepCopy(path) }]
    : [];
}
