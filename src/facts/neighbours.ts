import { type Probe, ProbeError } from '../resource/index.ts';
import { lines, raw, sh } from '../shell/index.ts';
import { dockerOrNothing } from './ask-docker.ts';
import { CONTAINER_JSON, dockerContainers } from './docker-containers.ts';
import { NAMES_OF } from './names-of.ts';
import type { ContainerFact, NeighbourFacts } from './neighbour.ts';
import { readContainer, readLines, readNames, readPaths, readServices } from './read-neighbours.ts';
import { steady } from './steady.ts';
import { swarmServices } from './swarm-services.ts';

const DOCKER = sh`
  found=$(
    ${dockerOrNothing}
    containers=$(${dockerContainers}) || exit
    services=$(${swarmServices}) || exit
    printf '%s\n' "$containers" "services $services"
  ) || exit`;

const PODMAN = sh`
  if command -v podman >/dev/null && { [ -d /var/lib/containers/storage ] || [ -d /run/containers/storage ]; }; then
    more=$(${steady(sh`
      ids=$(timeout 30 podman ps --quiet --all --no-trunc) || exit
      [ -z "$ids" ] || timeout 30 podman inspect --type container --format ${`podman ${CONTAINER_JSON}`} $ids`)}) || exit
    found=$(printf '%s\n' "$found" "$more")
  fi`;

const PLACES = raw(`\
printf '%s\\n' "$found"
printf '%s\\n' "$found" | grep -o '"Source":"/[^"]*"' | cut -d '"' -f 4 | sort -u | timeout 15 sh -c 'while read -r path; do
  printf "path %s %s %s\\n" "$(stat -f -c %T -- "$path" 2>/dev/null || echo unknown)" "$(readlink -m -- "$path" || echo "$path")" "$path"
  case $path in
    */volumes/*/_data) any=$(find "$path" -mindepth 1 -path "$path/pid" -prune -o \\( -type f -o -type l \\) -print -quit 2>/dev/null) && [ -z "$any" ] && printf "empty %s\\n" "$path" ;;
  esac
done'
exit 0`);

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
    DOCKER,
    PODMAN,
    PLACES,
  ]),

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not list the containers of the host', output);
    const containers = (kind: string) =>
      readLines(output.stdout, kind).map((line): unknown => JSON.parse(line.slice(line.indexOf('{'))));
    const paths = readPaths(output.stdout);
    const empty = new Set(readLines(output.stdout, 'empty'));
    try {
      const all = [
        ...containers('container').map((row) => readContainer('docker', row, paths, empty)),
        ...containers('podman').map((row) => readContainer('podman', row, paths, empty)),
      ];
      const lives = ({ running, returns }: ContainerFact) => running || returns;
      return {
        containers: all.filter(lives),
        former: all.filter((container) => !lives(container)),
        names: readNames(output.stdout),
        services: readLines(output.stdout, 'services').flatMap((all) => readServices(all, paths)),
      };
    } catch (error) {
      throw new ProbeError(`containers are described in an unknown way (${String(error)})`);
    }
  },
});
