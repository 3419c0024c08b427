import type { Step } from '../resource/index.ts';
import { type Script, type Secret, sh } from '../shell/index.ts';

export interface FileToWrite extends Target {
  readonly content: string | Secret;
}

interface Target {
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

/**
 * Writes a file whole or not at all: beside the target, closed to others until it has its owner and mode, then
 * renamed over it. What an aborted run left beside the target is replaced. By `&&`, because `set -e` does nothing inside
 * `(…) ||`. Where it cannot write, `cat` says why; the `printf` of dash says "I/O error" to everything.
 */
export function writeFile({ content, ...target }: FileToWrite): Script {
  return writePrinted(target, sh`printf %s ${content}`);
}

/** The same of what one command prints on the host. */
export function writePrinted(file: Target, print: Script): Script {
  return sh`
    umask 077
    t=${besideOf(file.path)}
    rm -f -- "$t" &&
      { (set -C; ${print} >"$t") || { echo | cat >>"$t"; false; }; } &&
      chown ${`${file.owner}:${file.group}`} -- "$t" &&
      chmod ${file.mode} -- "$t" &&
      mv -fT -- "$t" ${file.path} || { rm -f -- "$t"; exit 1; }`;
}

/** Where a file is made before it takes its place. */
export function besideOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash)}/.${path.slice(slash + 1)}.provision`;
}

/** Sets owner, group and mode of a file whose content is right, which makes no service older than it. */
export function setAttributes({ path, mode, owner, group }: Target): Script {
  return sh`chown ${`${owner}:${group}`} -- ${path} && chmod ${mode} -- ${path}`;
}

/** Whether these changes are of owner, group and mode alone. */
export function areAttributes(changes: readonly { readonly field: string }[]): boolean {
  return changes.every(({ field }) => field === 'mode' || field === 'owner' || field === 'group');
}

/** The step for changes of these alone. */
export const attributesStep = (file: Target, changes: readonly { readonly field: string }[]): Step => ({
  title: `set ${changes.map(({ field }) => field).join(', ')} of ${file.path}`,
  script: setAttributes(file),
});
