import { type Probe, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { dockerInfo, dockerOrNothing } from './ask-docker.ts';

/**
 * Whether the swarm locks its managers: one whose Docker starts again then waits for a key that a person types
 * (docs.docker.com, swarm_manager_locking). `undefined` where this host cannot tell: only managers with a quorum know.
 */
export const autolockFacts: Probe<boolean | undefined> = {
  script: sh`
    ${dockerOrNothing}
    ${dockerInfo} || exit 66`,
  parse(output) {
    if (output.code !== 0)
      throw new ProbeError('could not ask Docker whether its swarm locks managers', output);
    const said = /^autolock (true|false)$/m.exec(output.stdout)?.[1];
    return said === undefined ? undefined : said === 'true';
  },
};
