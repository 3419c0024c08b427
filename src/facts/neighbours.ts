import { type Probe, ProbeError } from '../resource/index.ts';
import { lines, raw, sh } from '../shell/index.ts';
import { dockerInfo, dockerThere, isManager } from './ask-docker.ts';
import { NAMES_OF } from './names-of.ts';
import type { ContainerFact, NeighbourFacts } from './neighbour.ts';
import { readContainer, readLines, readNames, readPaths, readService } from './read-neighbours.ts';
import { steady } from './steady.ts';

/** Labels hold what people write, so only three of them leave the host. */
const CONTAINER = `{"name":{{json .Name}},"image":{{json .Config.Image}},"running":{{json .State.Running}},"restart":{{json .HostConfig.RestartPolicy.Name}},"fleeting":{{json .HostConfig.AutoRemove}},"project":{{json (index .Config.Labels "com.docker.compose.project")}},"service":{{json (index .Config.Labels "com.docker.swarm.service.name")}},"ports":{{json .NetworkSettings.Ports}},"bound":{{json .HostConfig.PortBindings}},"mounts":{{json .Mounts}}}`;
const SERVICE = `{"name":{{json .Spec.Name}},"stack":{{json (index .Spec.Labels "com.docker.stack.namespace")}},"mode":{{json .Spec.Mode}},"ports":{{json .Endpoint.Ports}}{{with .Spec.TaskTemplate.ContainerSpec}},"image":{{json .Image}},"mounts":{{json .Mounts}}{{end}}}`;

const ENGINE = sh`
  engine= manager=
  if ${dockerThere}; then
    engine=yes
    ${dockerInfo} >/dev/null || exit
    ! ${isManager} || manager=true
  fi`;

const LIST = `\
found=
if [ -n "$engine" ]; then
  ids=$(timeout 30 docker ps --quiet --all --no-trunc) || exit
  [ -z "$ids" ] || found=$(timeout 30 docker inspect --type container --format 'docker ${CONTAINER}' $ids) || exit
  ids=
  [ "$manager" != true ] || ids=$(timeout 30 docker service ls --quiet 2>/dev/null) || {
    code=$?
    case $(timeout 30 docker service ls 2>&1) in *'does not have a leader'* | *'deadline exceeded'*) ids= ;; *) exit "$code" ;; esac
  }
  if [ -n "$ids" ]; then
    more=$(timeout 30 docker service inspect --format 'service ${SERVICE}' $ids) || exit
    found="$found
$more"
  fi
fi
if command -v podman >/dev/null && { [ -d /var/lib/containers/storage ] || [ -d /run/containers/storage ]; }; then
  ids=$(timeout 30 podman ps --quiet --all --no-trunc) || exit
  if [ -n "$ids" ]; then
    more=$(timeout 30 podman inspect --type container --format 'podman ${CONTAINER}' $ids) || exit
    found="$found
$more"
  fi
fi
[ -n "$found" ] || exit 0
printf '%s\\n' "$found"
printf '%s\\n' "$found" | grep -o '"Source":"/[^"]*"' | cut -d '"' -f 4 | sort -u | timeout 15 sh -c 'while read -r path; do
  printf "path %s %s %s\\n" "$(stat -f -c %T -- "$path" 2>/dev/null || echo unknown)" "$(readlink -m -- "$path" || echo "$path")" "$path"
  case $path in
    */volumes/*/_data) any=$(find "$path" -mindepth 1 -path "$path/pid" -prune -o \\( -type f -o -type l \\) -print -quit 2>/dev/null) && [ -z "$any" ] && printf "empty %s\\n" "$path" ;;
  esac
done'
exit 0`;

/**
 * What else runs in containers, and the services of the swarm; none where it has no leader, for nobody can change them then.
 *
 * Neither engine
 * is started for it: Docker's socket would start Docker, and podman makes its directories. The one in /run is there from its first use
 * after a start on, wherever it keeps what it has (containers-storage.conf(5), runroot). File systems are asked with a limit of time: one
 * that is dead must not hold the look up. What is in a container's volume is asked for that alone: Postfix's `pid` has files, and no mail.
 */
export const neighbourFacts = (places: readonly string[]): Probe<NeighbourFacts> => ({
  script: lines([
    NAMES_OF,
    sh`set -- ${places}
      names_of "$@" | sed 's/^/name /'`,
    ENGINE,
    steady(raw(LIST)),
  ]),

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not list the containers of the host', output);
    const rows = (kind: string) => readLines(output.stdout, kind).map((line): unknown => JSON.parse(line));
    const paths = readPaths(output.stdout);
    const empty = new Set(readLines(output.stdout, 'empty'));
    try {
      const all = [
        ...rows('docker').map((row) => readContainer('docker', row, paths, empty)),
        ...rows('podman').map((row) => readContainer('podman', row, paths, empty)),
      ];
      const lives = ({ running, returns }: ContainerFact) => running || returns;
      return {
        containers: all.filter(lives),
        former: all.filter((container) => container.service !== undefined && !lives(container)),
        names: readNames(output.stdout),
        services: rows('service').map((row) => readService(row, paths)),
      };
    } catch (error) {
      throw new ProbeError(`containers are described in an unknown way (${String(error)})`);
    }
  },
});
