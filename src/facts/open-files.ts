import { type Probe, ProbeError } from '../resource/index.ts';
import { lines, sh } from '../shell/index.ts';
import { NAMES_OF } from './names-of.ts';
import { UNIT_OF } from './unit-of.ts';

/** A file that a program of this host has open to write, or a directory that a service works in. */
export interface OpenFileFact {
  /** The name of the program. */
  readonly program: string;
  /** The number of its process. */
  readonly pid: number;
  /** The unit of the system, not of a person's session, that it belongs to: `dovecot.service`. */
  readonly unit: string | undefined;
  /** The file or directory, by a path below the place that was asked for. */
  readonly path: string;
  /** Whether it only works in that directory, as far as can be told: Redis opens its file when it writes it, a backup only reads. */
  readonly stands: boolean;
}

/** Seconds that the processes of a host may take to be looked through. */
const PATIENCE = 20;

/**
 * Files that programs have open to write, and directories that services work in.
 *
 * Below these directories, by whichever name it was opened, by what the kernel keeps of each process (proc(5)): a dead file system is asked
 * for no more than where a link leads, within its time. A person's shell that only stands in a directory is not told. A container has processes of its own
 * (pid_namespaces(7)), and its files are told by their path in it: only what runs outside of containers is found so.
 */
export const openFileFacts = (places: readonly string[]): Probe<readonly OpenFileFact[]> => ({
  script: lines([
    NAMES_OF,
    UNIT_OF,
    sh`
    set -- ${places}
    names=$(names_of "$@" | cut -f 2- | sed 's/[][*?\\]/\\&/g')
    set -- -false
    set -f; IFS='
    '
    for name in $names; do set -- "$@" -o -lname "$name" -o -lname "$name/*"; done
    set +f; unset IFS
    own=$(readlink /proc/self/ns/pid) || exit 66
    found=$(timeout ${PATIENCE} find /proc/[0-9]*/fd /proc/[0-9]*/cwd -maxdepth 1 -type l '(' "$@" ')' -printf '%p %l\n' 2>/dev/null)
    [ $? -ne 124 ] || { echo ${`its programs have so many files open that they could not be looked through in ${PATIENCE} s`} >&2; exit 66; }
    [ -z "$found" ] || printf '%s\n' "$found" | while read -r link path; do
      pid=\${link#/proc/}; pid=\${pid%%/*}
      unit=$(unit_of "$pid")
      [ "$(readlink "/proc/$pid/ns/pid")" = "$own" ] || continue
      case $link in
        */cwd) [ -n "$unit" ] || continue; kind=stands ;;
        *) kind=open; case $(sed -n 's/^flags:.*\(.\)$/\1/p' "/proc/$pid/fdinfo/\${link##*/}" 2>/dev/null) in [1-35-7]) ;; *) continue ;; esac ;;
      esac
      echo "$kind $pid \${unit:--} $(tr ' \n' '__' <"/proc/$pid/comm" 2>/dev/null) $path"
    done
    exit 0`,
  ]),
  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not look which files are open', output);
    return output.stdout
      .split('\n')
      .filter((line) => /^(open|stands) /.test(line))
      .map((line) => {
        const [kind, pid = '', unit = '-', program = '', ...path] = line.split(' ');
        return {
          program: program.replace(/_+$/, ''),
          pid: Number(pid),
          unit: unit === '-' ? undefined : unit,
          path: path.join(' '),
          stands: kind === 'stands',
        };
      });
  },
});
