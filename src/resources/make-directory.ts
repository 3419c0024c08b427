import { z } from 'zod';
import { type Change, type Probe, ProbeError } from '../resource/index.ts';
import { type Script, sh } from '../shell/index.ts';
import { absolutePath, lookAt, mode, type PathState, principal, readPath } from './path.ts';

export const directoryWant = z.strictObject({
  /** The directory. */
  path: absolutePath,
  /** Who may read, write and enter it. */
  mode: mode.default('0755'),
  /** Who owns it. */
  owner: principal.default('root'),
  /** The group that owns it. */
  group: principal.default('root'),
});
type Want = z.output<typeof directoryWant>;

/** What is at a path; `null` is absent. Anything but a directory there is an error. */
export function lookAtDirectory(path: string): Probe<PathState | null> {
  return {
    script: lookAt(path),
    parse(output) {
      const have = readPath(path, output);
      if (have !== null && have.type !== 'directory')
        throw new ProbeError(`${path} is a ${have.type}, where a directory is wanted`);
      return have;
    },
  };
}

/** The one difference of a directory that is not there. */
export function missing({ mode: bits, owner, group }: Want): readonly Change[] {
  return [{ field: 'directory', from: null, to: `${bits} ${owner}:${group}` }];
}

/** Makes a directory, or sets its attributes; parents as root's, 0755. */
export function makeDirectory({ path, mode: bits, owner, group }: Want): Script {
  return sh`
    set -eu
    umask 022
    mkdir -p -- ${path}
    chown ${`${owner}:${group}`} -- ${path}
    chmod ${bits} -- ${path}`;
}
