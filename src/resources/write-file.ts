import { type Script, type Secret, sh } from '../shell/index.ts';

export interface FileToWrite {
  readonly path: string;
  readonly content: string | Secret;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

/**
 * Writes a file whole or not at all: beside the target, closed to others until it has its owner and mode, then
 * renamed over it. What an aborted run left beside the target is replaced.
 */
export function writeFile(file: FileToWrite): Script {
  const slash = file.path.lastIndexOf('/');
  const beside = `${file.path.slice(0, slash)}/.${file.path.slice(slash + 1)}.provision`;
  return sh`
    set -eu
    umask 077
    t=${beside}
    rm -f -- "$t"
    (set -C; printf %s ${file.content} >"$t")
    chown ${`${file.owner}:${file.group}`} -- "$t"
    chmod ${file.mode} -- "$t"
    mv -fT -- "$t" ${file.path}`;
}
