import { lines, raw, type Script, sh } from '../shell/index.ts';
import { dockerInfo } from './ask-docker.ts';
import { dockerContainers } from './docker-containers.ts';

/** Text that sets `engine` to the version of the engine; false where Docker does not run. Its socket, which would start it, is left alone. */
export const runningEngine: Script = lines([
  sh`${dockerInfo} >/dev/null && {`,
  raw(`\
engine="\${docker_info_said##*
version }"
engine="\${engine%%
*}"; }`),
]);

/** Prints the process of a container that is on the network `wanted`, or on any overlay network but the mesh's own. */
const FIND = `\
$1 == "container" && $3 == "true" && $4 > 0 {
  count = split($7, parts, /[=,]/)
  for (i = 2; i < count; i += 2)
    if (wanted == "" ? parts[i] != "ingress" && length(parts[i + 1]) == 25 : parts[i] == wanted) found = $4
}
END { print found }`;

/**
 * Text after which `dns` asks from inside a container, by its network alone, and that is true where there is one:
 * a container that runs on the overlay network `network`, or on any but the mesh's own. Networks of the swarm have shorter ids than those
 * of one engine (swarmkit, identity.NewID: 25 characters).
 */
export function insideContainer(network = ''): Script {
  return sh`
    inside=$(${dockerContainers} 2>/dev/null | awk -v wanted=${network} ${FIND})
    [ -n "$inside" ] && inside="nsenter --net --target $inside"`;
}
