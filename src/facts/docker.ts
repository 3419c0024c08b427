import { type Probe, ProbeError } from '../resource/index.ts';
import { raw } from '../shell/index.ts';

export interface DockerFacts {
  /** Debian packages that bring an engine and are installed here. */
  readonly packages: readonly string[];
  /** Those of them that dpkg has begun to install or to upgrade, and has not ended: an engine of theirs may run. */
  readonly unfinished: readonly string[];
  /** Those of containerd and runc, which engines of Docker and of the distribution bring from different ones. */
  readonly runtimes: readonly string[];
}

const RUNTIMES: ReadonlySet<string> = new Set(['containerd', 'containerd.io', 'runc']);

/** States between `config-files` and `installed` (dpkg(1), "Package states"). */
const UNFINISHED =
  /^(half-installed|unpacked|half-configured|triggers-awaiting|triggers-awaited|triggers-pending)$/;

/** Which packages the Docker Engine of a host comes from. */
export const dockerFacts: Probe<DockerFacts> = {
  script: raw(`\
command -v dpkg-query >/dev/null || exit 0
dpkg-query -W -f='\${Package} \${db:Status-Status}\\n' docker.io docker-ce podman-docker containerd containerd.io runc 2>/dev/null
[ $? -le 1 ]`),
  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not ask dpkg about Docker', output);
    const rows = output.stdout.split('\n').map((line) => line.split(' '));
    const installed = rows.filter(([, status]) => status === 'installed').map(([name = '']) => name);
    const unfinished = rows.filter(([, status = '']) => UNFINISHED.test(status)).map(([name = '']) => name);
    return {
      packages: installed.filter((name) => !RUNTIMES.has(name)),
      unfinished: unfinished.filter((name) => !RUNTIMES.has(name)),
      runtimes: installed.filter((name) => RUNTIMES.has(name)),
    };
  },
};
