import { lines, raw, type Script, sh, shared } from '../shell/index.ts';
import { COULD_NOT_LOOK, unitRuns } from './systemd-units.ts';

/** Exit codes of our own, so that no message text is read. */
export const NOT_INSTALLED = 90;
export const NOT_RUNNING = 91;

/** An engine is known by its service: it may be anywhere on the host, and no engine is one that nobody could ask. */
const NO_COMMAND =
  'docker.service runs, and there is no command docker to ask it by: install the package docker-cli, or link the command into /usr/local/bin';

/**
 * Ends with `NOT_INSTALLED` or `NOT_RUNNING` where no engine can be asked, and with another code where one runs that cannot be. Its
 * socket is not touched unless its service runs: systemd would start it, and a plan would have changed the host.
 */
export const dockerThere = shared(
  'docker_there',
  sh`
    if ${unitRuns('docker.service')}; then
      command -v docker >/dev/null || { echo ${NO_COMMAND} >&2; exit ${COULD_NOT_LOOK}; }
    elif command -v docker >/dev/null; then exit ${NOT_RUNNING}
    else exit ${NOT_INSTALLED}; fi`,
);

/** Ends the text that it is in, with 0 where there is no Docker to ask, and with another code where that could not be told. */
export const dockerOrNothing: Script = sh`
  ${dockerThere} || case $docker_there_code in ${NOT_INSTALLED} | ${NOT_RUNNING}) exit 0 ;; *) exit ${COULD_NOT_LOOK} ;; esac`;

/** Whether the host is a manager that can be asked; `autolock` of what only managers with a quorum know; `swarm` last, as JSON. */
const INFO = `\
control {{.Swarm.ControlAvailable}}
{{with .Swarm.Cluster}}autolock {{.Spec.EncryptionConfig.AutoLockManagers}}{{end}}
running {{.Containers}} {{.Images}} {{.Driver}} {{json .DriverStatus}} {{.DockerRootDir}}
root {{.DockerRootDir}}
version {{.ServerVersion}}
swarm {{json .Swarm}}`;

/** What a running engine says of itself: lines that begin with what they are. Ends as `dockerThere` does where there is none. */
export const dockerInfo = shared(
  'docker_info',
  sh`
    ${dockerThere} || exit
    timeout 30 docker info --format ${INFO}`,
);

/** Whether the host is a manager that can be asked: a condition for text that has put `dockerInfo` by then. */
export const isManager = raw("case $docker_info_said in 'control true'*) true ;; *) false ;; esac");

/** Text that sets `swarm` and `root` to what `dockerInfo` has said, or ends as that has ended. */
export const readDockerInfo = lines([
  sh`${dockerInfo} >/dev/null || exit`,
  raw(`\
swarm="\${docker_info_said##*
swarm }" root="\${docker_info_said##*
root }"
root="\${root%%
*}"`),
]);

/** Text that asks Docker, or ends as `dockerThere` does. */
export function askDocker(question: Script): Script {
  return sh`
    ${dockerThere} || exit
    docker() { timeout 30 docker "$@"; }
    ${question}`;
}
