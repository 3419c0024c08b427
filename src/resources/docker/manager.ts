import { dockerInfo, isManager, NO_MANAGER } from '../../facts/index.ts';
import type { Probe } from '../../resource/index.ts';
import { type Script, sh } from '../../shell/index.ts';
import { dockerProbe } from './docker-probe.ts';

/** A probe of what only a manager of a swarm knows. */
export function managerProbe<Have>(
  what: string,
  question: Script,
  parse: (stdout: string) => Have,
): Probe<Have> {
  return dockerProbe(
    what,
    sh`
      ${dockerInfo} >/dev/null || exit
      ${isManager} || exit ${NO_MANAGER}
      ${question}`,
    parse,
  );
}
