import { type Probe, ProbeError } from '../resource/index.ts';
import { lines, raw } from '../shell/index.ts';
import { UNIT_OF } from './unit-of.ts';

/** A TCP port that a program of this host listens on. */
export interface ListenerFact {
  /** The address that it listens on, as ss(8) has it; `*` and `0.0.0.0` are all. */
  readonly address: string;
  /** The port. */
  readonly port: number;
  /** The program's name; empty where it is not told. */
  readonly program: string;
  /** The number of its process, where that is told. */
  readonly pid: number | undefined;
  /** The unit of the system, not of a person's session, that it belongs to: `exim4.service`. */
  readonly unit: string | undefined;
}

/** The TCP ports that programs of a host listen on; `null` where it has no `ss` (iproute2), and nothing can be told. */
export const listenerFacts: Probe<readonly ListenerFact[] | null> = {
  script: lines([
    UNIT_OF,
    raw(`\
command -v ss >/dev/null || { echo unknown; exit 0; }
list=$(timeout 10 ss -Hltnp) || exit 66
printf '%s\\n' "$list" | while read -r _ _ _ local _ users; do
  [ -n "$local" ] || continue
  program=\${users#*\\"}; program=\${program%%\\"*}
  pid=\${users#*pid=}; pid=\${pid%%,*}
  case $users in *pid=*) ;; *) pid= program= ;; esac
  unit=$(unit_of "$pid")
  echo "listen $local \${unit:--} \${pid:--} $program"
done`),
  ]),

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not list the ports that programs listen on', output);
    if (output.stdout.trim() === 'unknown') return null;
    return output.stdout
      .split('\n')
      .filter((line) => line.startsWith('listen '))
      .map((line) => {
        const [, local = '', unit = '-', pid = '-', ...program] = line.split(' ');
        const colon = local.lastIndexOf(':');
        return {
          address: local.slice(0, colon),
          port: Number(local.slice(colon + 1)),
          program: program.join(' '),
          pid: pid === '-' ? undefined : Number(pid),
          unit: unit === '-' ? undefined : unit,
        };
      });
  },
};
