import { type Probe, ProbeError } from '../resource/index.ts';
import { raw, sh } from '../shell/index.ts';

/**
 * What is at a path that a container is to read through its directory. `leads out`: a link whose end is in another directory, which
 * is not in the container. `undefined`: nobody could tell.
 */
export type GivenFile = 'there' | 'missing' | 'leads out' | undefined;
export type GivenFileFacts = Readonly<Record<string, GivenFile>>;

/** Seconds that the storage may take to answer. */
const PATIENCE = 10;

/** Whether a person has put something into each of these files. What is in them is not read. */
export function givenFileFacts(paths: readonly string[]): Probe<GivenFileFacts> {
  return {
    script: sh`
      for f in ${paths}; do timeout ${raw(String(PATIENCE))} sh -c ${LOOK.shown} sh "$f"; done
      exit 0`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not look for files', output);
      const rows = output.stdout.split('\n');
      const states = ['there', 'missing', 'leads out'] as const;
      return Object.fromEntries(
        paths.map((path) => [path, states.find((state) => rows.includes(`${state} ${path}`))]),
      );
    },
  };
}

/** Text that looks at its argument. */
const LOOK = raw(`\
told=$(LC_ALL=C stat -L -c %s -- "$1" 2>&1)
case $?,$told in
  0,0) echo "missing $1" ;;
  0,*) case $(readlink -f -- "$1") in "$(readlink -f -- "\${1%/*}")"/*) echo "there $1" ;; *) echo "leads out $1" ;; esac ;;
  *"No such file"* | *"Not a directory"*) [ ! -L "$1" ] && echo "missing $1" || echo "leads out $1" ;;
esac`);
