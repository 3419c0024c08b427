import { type Probe, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { dockerOrNothing } from './ask-docker.ts';
import { dockerContainers } from './docker-containers.ts';

/** Services of the swarm of which a container runs on this host; none where Docker does not run. */
export type ContainerFacts = readonly string[];

export const containerFacts: Probe<ContainerFacts> = {
  script: sh`
    ${dockerOrNothing}
    ${dockerContainers} || exit`,

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not list the containers of the host', output);
    const services = [...output.stdout.matchAll(/^container \S+ true \S+ \S+ (\S+) /gm)].map(
      ([, name = '']) => name,
    );
    return [...new Set(services)].filter((name) => name !== '-').toSorted();
  },
};
