import { type Probe, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { dockerThere } from './ask-docker.ts';

/** Services of the swarm of which a container runs on this host; none where Docker does not run. */
export type ContainerFacts = readonly string[];

export const containerFacts: Probe<ContainerFacts> = {
  script: sh`
    ${dockerThere} || exit 0
    timeout 30 docker ps --filter label=com.docker.swarm.service.name --format '{{.Label "com.docker.swarm.service.name"}}' || exit 66`,

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not list the containers of the host', output);
    return [...new Set(output.stdout.split('\n').filter((line) => line !== ''))].toSorted();
  },
};
