import { type Probe, ProbeError } from '../resource/index.ts';
import { lines, raw, sh } from '../shell/index.ts';
import { unitProperty } from './systemd-units.ts';
import { UNIT_OF } from './unit-of.ts';

/** An engine of Docker that runs on this host and is not its `docker.service`. */
export interface EngineFact {
  /** The number of its process. */
  readonly pid: number;
  /** The unit of the system that it belongs to: `snap.docker.dockerd.service`. */
  readonly unit: string | undefined;
  /** Whom it runs as. */
  readonly user: string;
  /** Where it takes questions. */
  readonly socket: string | undefined;
}

/** Engines of Docker beside `docker.service`. They are found by the processes of the host: one in a container has a pid namespace of its own, and is that container's. */
export const engineFacts: Probe<readonly EngineFact[]> = {
  script: lines([
    UNIT_OF,
    sh`main=$(${unitProperty('docker.service', 'MainPID')})`,
    raw(`\
space=$(readlink /proc/self/ns/pid) || exit 66
for comm in $(grep -lx dockerd /proc/[0-9]*/comm 2>/dev/null); do
  pid=\${comm#/proc/}; pid=\${pid%/comm}
  [ "$pid" != "$main" ] && [ "$(readlink "/proc/$pid/ns/pid")" = "$space" ] || continue
  unit=$(unit_of "$pid")
  [ "$unit" != docker.service ] || continue
  socket=$(timeout 10 ss -Hxlp 2>/dev/null | grep "pid=$pid," | grep -oE '/[^ ]*docker\\.sock' | head -n 1)
  echo "engine $pid \${unit:--} $(stat -c %U "/proc/$pid") \${socket:--}"
done
exit 0`),
  ]),

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not look which engines of Docker run', output);
    return output.stdout
      .split('\n')
      .filter((line) => line.startsWith('engine '))
      .map((line) => {
        const [, pid = '', unit = '-', user = '', socket = '-'] = line.split(' ');
        return {
          pid: Number(pid),
          unit: unit === '-' ? undefined : unit,
          user,
          socket: socket === '-' ? undefined : socket,
        };
      });
  },
};
