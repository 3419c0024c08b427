import { dockerInfo, isManager } from '../../facts/index.ts';
import { type Probe, Unobservable } from '../../resource/index.ts';
import { type Script, sh, shared } from '../../shell/index.ts';
import { dockerProbe } from './docker-probe.ts';

const NO_MANAGER = 'no manager\n';

/** Ends quietly where the host is no manager, as `dockerInfo` does where that could not be told. */
const asManager = sh`
  ${dockerInfo} >/dev/null || exit
  ${isManager} || { echo 'no manager'; exit 0; }`;

/** A list that only managers have, asked for once, whoever looks for something in it. */
export function managersList(name: string, list: Script): Script {
  return shared(
    name,
    sh`
      ${asManager}
      ${list}`,
  );
}

/** A probe of what only a manager of a swarm knows. */
export function managerProbe<Have>(
  what: string,
  question: Script,
  parse: (stdout: string) => Have,
): Probe<Have> {
  return dockerProbe(
    what,
    sh`
      ${asManager}
      ${question}`,
    (stdout) =>
      stdout === NO_MANAGER ? new Unobservable('the host is not yet a manager of the swarm') : parse(stdout),
  );
}
