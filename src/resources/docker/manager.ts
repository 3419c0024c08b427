import { type Probe, Unobservable } from '../../resource/index.ts';
import { type Script, sh } from '../../shell/index.ts';
import { dockerProbe } from './docker-probe.ts';

const NO_MANAGER = 'no manager\n';

/** A probe of what only a manager of a swarm knows. */
export function managerProbe<Have>(
  what: string,
  question: Script,
  parse: (stdout: string) => Have,
): Probe<Have> {
  return dockerProbe(
    what,
    sh`
      manager=$(docker info --format '{{.Swarm.ControlAvailable}}') || exit 1
      [ "$manager" = true ] || { echo 'no manager'; exit 0; }
      ${question}`,
    (stdout) =>
      stdout === NO_MANAGER ? new Unobservable('the host is not yet a manager of the swarm') : parse(stdout),
  );
}
