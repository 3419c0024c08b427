import { type Probe, ProbeError } from '../resource/index.ts';
import { raw } from '../shell/index.ts';

export interface DockerFacts {
  /** Debian packages that bring an engine and are installed here. */
  readonly packages: readonly string[];
}

export const dockerFacts: Probe<DockerFacts> = {
  script: raw(`\
command -v dpkg-query >/dev/null || exit 0
dpkg-query -W -f='\${Package} \${db:Status-Status}\\n' docker.io docker-ce podman-docker 2>/dev/null
[ $? -le 1 ]`),
  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not ask dpkg about Docker', output);
    const rows = output.stdout.split('\n').map((line) => line.split(' '));
    return { packages: rows.filter(([, status]) => status === 'installed').map(([name = '']) => name) };
  },
};
