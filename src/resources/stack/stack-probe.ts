import { z } from 'zod';
import { dockerNodes, engine, networkSchema, readEngine, steady } from '../../facts/index.ts';
import type { Probe } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { dockerProbe } from '../docker/docker-probe.ts';
import type { Fields } from './fields.ts';
import { serviceSchema, taskSchema } from './inspected.ts';
import { type Progress, progressOf, type Task } from './progress.ts';
import { serviceFields } from './service-fields.ts';

/** A service of a stack as it is, by its name in the stack. */
export type ActualServices = ReadonlyMap<string, ActualService>;

export interface ActualService {
  readonly fields: Fields;
  readonly progress: Progress;
  readonly tasks: readonly Task[];
  /** Networks in which other services are found by their names, and this one is not, though it runs. */
  readonly lost: readonly string[];
  /** The last lines of what has failed, where nothing runs in its place. */
  readonly log: readonly string[];
}

/** Lines of a task's log that are fetched where nothing runs in its place, and tasks that they are fetched of. */
const LOG_LINES = 20;
const MOST_LOGS = 8;

/** A task as `docker service ps` lists it, the newest of a place first. Its name is that of its place. */
const LISTED = '{{.ID}} {{.Name}} {{.DesiredState}} {{.CurrentState}}';
/** Of a service: whether Docker has taken an update back, which stands before such a list. */
const BACK = '{{with .UpdateStatus}}{{.State}}{{end}} {{.Spec.Name}}';
/** Of a network: its id, and each service that is found in it by its name. */
const FOUND = '{{$id := .ID}}{{range $name, $_ := .Services}}found {{$id}} {{$name}}\n{{end}}';

/** Of the two: the last task that ended in each place in which none runs, or in which an older one runs again. */
const SILENT = `
  $1 ~ /^rollback/ { back[$2] = 1; next }
  NF < 4 { next }
  { place = $2; service = place; sub(/\\.[^.]*$/, "", service); of[place] = service }
  $3 != "Shutdown" && $3 != "Remove" { wanted[place] = 1; some[service] = 1 }
  $4 == "Running" { runs[place] = 1 }
  ($4 == "Failed" || $4 == "Complete") && !(place in ended) { ended[place] = $1 }
  END {
    for (place in ended)
      if (of[place] in back || (!(place in runs) && (place in wanted || !(of[place] in some)))) print ended[place], of[place]
  }`;

/** Asks a manager for the services of a stack and their tasks. */
export function stackProbe(name: string): Probe<ActualServices> {
  const label = `com.docker.stack.namespace=${name}`;
  const tasks = engine('/tasks', { label: [label] });
  return dockerProbe(
    `stack ${name}`,
    sh`
      services=$(${engine('/services', { label: [label] })}) || exit
      networks=$(${engine('/networks')}) || exit
      tasks=$(${tasks}) || exit
      printf '%s %s\n' now "$(date +%s)" services "$services" networks "$networks" tasks "$tasks"
      nodes=$(${dockerNodes}) || exit
      # Those of what the service is now, as Docker itself tells them apart (swarmkit, IsTaskDirty).
      current=$(${engine('/tasks', { label: [label], '_up-to-date': ['true'] })}) || exit
      printf '%s %s\n' nodes "$nodes" current "$current"
      # Names that the containers of each network find: those that this manager has seen.
      set --
      for id in $(printf '%s\n' "$services" | grep -o '"Target":"[a-z0-9]\{25\}"' | cut -d '"' -f 4 | sort -u); do
        case $networks in *'"Id":"'"$id"'"'*) set -- "$@" "$id" ;; esac
      done
      if [ $# -gt 0 ]; then
        ${steady(sh`docker network inspect --verbose --format ${FOUND} "$@"`)}
      fi
      case $tasks in *'"State":"failed"'* | *'"State":"complete"'*) ;; *) exit 0 ;; esac
      # What a task that failed has said, where no other runs in its place.
      ids=$(docker service ls --quiet --filter ${`label=${label}`}) || exit
      { docker service inspect --format ${BACK} $ids; docker service ps --no-trunc --format ${LISTED} $ids; } | awk ${SILENT} | head -n ${MOST_LOGS} | while read -r task service; do
        timeout 10 docker service logs --raw --tail ${LOG_LINES} "$task" 2>&1 | sed "s/^/log $service /"
      done
      exit 0`,
    (stdout) => readStack(name, stdout),
  );
}

const networkName = networkSchema.pick({ Id: true, Name: true });
const nodeName = z.object({ ID: z.string(), Description: z.object({ Hostname: z.string() }).partial() });

function readStack(stackName: string, stdout: string): ActualServices {
  const lines = stdout.split('\n').map(atSpace);
  const all = (kind: string) => lines.filter(([key]) => key === kind).map(([, rest]) => rest);
  const pairs = (kind: string) => all(kind).map(atSpace);
  const list = <T>(kind: string, schema: z.ZodType<T>): readonly T[] =>
    readEngine(`${kind} of stack ${stackName}`, z.array(schema), all(kind)[0] ?? '[]');
  const networks = new Map(list('networks', networkName).map(({ Id, Name }) => [Id, Name]));
  const nodes = new Map(
    list('nodes', nodeName).map(({ ID, Description }) => [ID, Description.Hostname ?? '']),
  );
  const logs = pairs('log');
  const now = Number(all('now')[0] ?? 0);
  const current = new Set(list('current', taskSchema).map(({ ID }) => ID));
  const found = pairs('found');
  const services = list('services', serviceSchema);
  const tasks = list('tasks', taskSchema);
  return new Map(
    services.map((service): [string, ActualService] => {
      const own = tasks
        .filter((task) => task.ServiceID === service.ID)
        .map(
          (task): Task => ({
            ...task,
            current: current.has(task.ID),
            node: nodes.get(task.NodeID ?? '') ?? '',
          }),
        );
      return [
        service.Spec.Name.slice(stackName.length + 1),
        {
          fields: serviceFields(service, networks),
          progress: progressOf(service, own, now),
          tasks: own,
          lost: (service.Spec.TaskTemplate.Networks ?? [])
            .map(({ Target }) => Target)
            .filter((network) => isLost(found, network, service.Spec.Name))
            .map((network) => networks.get(network) ?? network),
          log: logs.filter(([of]) => of === service.Spec.Name).map(([, line]) => line),
        },
      ];
    }),
  );
}

/** A manager that has no part in a network knows no names of it: then nothing can be told. */
function isLost(found: readonly (readonly [string, string])[], network: string, service: string): boolean {
  const names = found.filter(([id]) => id === network).map(([, name]) => name);
  return names.length > 0 && !names.includes(service);
}

/** A line's first word, and the rest. */
function atSpace(line: string): [string, string] {
  const space = line.indexOf(' ');
  return [line.slice(0, space), line.slice(space + 1)];
}
