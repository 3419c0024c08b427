import { sh, shared } from '../shell/index.ts';
import { dockerInfo } from './ask-docker.ts';
import { engine } from './engine-api.ts';
import { steady } from './steady.ts';

/** A container as JSON, for `inspect` of Docker and of podman. Labels hold what people write, so only two of them leave the host. */
export const CONTAINER_JSON = `{"name":{{json .Name}},"image":{{json .Config.Image}},"running":{{json .State.Running}},"restart":{{json .HostConfig.RestartPolicy.Name}},"fleeting":{{json .HostConfig.AutoRemove}},"project":{{json (index .Config.Labels "com.docker.compose.project")}},"service":{{json (index .Config.Labels "com.docker.swarm.service.name")}},"ports":{{json .NetworkSettings.Ports}},"bound":{{json .HostConfig.PortBindings}},"mounts":{{json .Mounts}}}`;

/**
 * Of a container: `container`, its id, whether it runs, its process, its health, the service of the swarm that it is of, its networks by
 * name and id, and the rest as JSON; for each of its mounts a line `mount`, with its id, the directory in it, and that of the host after
 * a tab. `-` is nothing.
 */
const TOLD = `\
container {{.ID}} {{.State.Running}} {{.State.Pid}} {{with .State.Health}}{{.Status}}{{else}}-{{end}} {{with index .Config.Labels "com.docker.swarm.service.name"}}{{.}}{{else}}-{{end}} ,{{range $name, $network := .NetworkSettings.Networks}}{{$name}}={{$network.NetworkID}},{{end}} ${CONTAINER_JSON}{{$id := .ID}}{{range .Mounts}}
mount {{$id}} {{.Destination}}\t{{.Source}}{{end}}`;

/** All containers of the engine, running or not: lines `container`, each with its lines `mount`. Ends as `dockerInfo` does where none runs. */
export const dockerContainers = shared(
  'docker_containers',
  sh`
    ${dockerInfo} >/dev/null || exit
    describe() { [ -z "$1" ] || timeout 30 docker inspect --type container --format ${TOLD} $1; }
    listed=$(${engine('/containers/json?all=true')}) || exit
    if ! told=$(describe "$(printf '%s\n' "$listed" | grep -o '"Id":"[0-9a-f]\{64\}"' | cut -d '"' -f 4)" 2>/dev/null); then
      # One has gone in between.
      told=$(${steady(sh`ids=$(timeout 30 docker ps --quiet --all --no-trunc) && describe "$ids"`)}) || exit
    fi
    [ -z "$told" ] || printf '%s\n' "$told"`,
);
