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
 * renamed over it. What an aborted run left beside the target is replaced. By `&&`, because `set -e` does nothing inside
 * `(…) ||`. Where it cannot write, `cat` says why; the `printf` of dash says "I/O error" to everything.
 */
export function writeFile(file: FileToWrite): Script {
  const slash = file.path.lastIndexOf('/');
  const beside = `${file.path.slice(0, slash)}/.${file.path.slice(slash + 1)}.provision`;
  return sh`
    umask 077
    t=${beside}
    rm -f -- "$t" &&
      { (set -C; printf %s ${file.content} >"$t") || { echo | cat >>"$t"; false; }; } &&
      chown ${`${file.owner}:${file.group}`} -- "$t" &&
      chmod ${file.mode} -- "$t" &&
      mv -fT -- "$t" ${file.path} || { rm -f -- "$t"; exit 1; }`;
}
