import type { z } from 'zod';
import { steady } from '../../facts/index.ts';
import { type Probe, ProbeError } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { managerProbe } from '../docker/manager.ts';
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
/** Of a network: its id, and each service that is found in it by its name. */
const FOUND = '{{$id := .ID}}{{range $name, $_ := .Services}}found {{$id}} {{$name}}\n{{end}}';

/** Of a service: itself, whether Docker has taken an update back, which stands before such a list, and the networks that it is on. */
const DESCRIBED = `\
service {{json .}}
back {{with .UpdateStatus}}{{.State}}{{end}} {{.Spec.Name}}
{{range .Spec.TaskTemplate.Networks}}on {{.Target}}
{{end}}`;
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

/** Asks a manager for the services of a stack and their tasks. One that is replaced in between is gone as it is looked at. */
export const stackProbe = (name: string): Probe<ActualServices> =>
  managerProbe(
    `stack ${name}`,
    steady(sh`
    ids=$(docker service ls --quiet --filter ${`label=com.docker.stack.namespace=${name}`}) || exit
    [ -n "$ids" ] || exit 0
    echo "now $(date +%s)"
    docker network ls --no-trunc --format 'network {{.ID}} {{.Name}}' || exit
    docker node ls --format 'node {{.ID}} {{.Hostname}}' || exit
    described=$(docker service inspect --format ${DESCRIBED} $ids) || exit
    printf '%s\n' "$described"
    listed=$(docker service ps --no-trunc --format ${LISTED} $ids) || exit
    [ -z "$listed" ] || docker inspect --type task --format 'task {{json .}}' $(printf '%s\n' "$listed" | cut -d ' ' -f 1) || exit
    # Those of what the service is now, as Docker itself tells them apart (swarmkit, IsTaskDirty).
    docker service ps --no-trunc --filter _up-to-date=true --format 'current {{.ID}}' $ids || exit
    # Names that the containers of each network find: those that this manager has seen.
    networks=$(printf '%s\n' "$described" | sed -n 's/^on //p' | sort -u)
    [ -z "$networks" ] || docker network inspect --verbose --format ${FOUND} $networks || exit
    # What a task that failed has said, where no other runs in its place.
    { printf '%s\n' "$described" | sed -n 's/^back //p'; printf '%s\n' "$listed"; } | awk ${SILENT} | head -n ${MOST_LOGS} | while read -r task service; do
      timeout 10 docker service logs --raw --tail ${LOG_LINES} "$task" 2>&1 | sed "s/^/log $service /"
    done
    exit 0`),
    (stdout) => readStack(name, stdout),
  );

function readStack(stackName: string, stdout: string): ActualServices {
  const lines = stdout.split('\n').map(atSpace);
  const all = (kind: string) => lines.filter(([key]) => key === kind).map(([, rest]) => rest);
  const pairs = (kind: string) => all(kind).map(atSpace);
  const networks = new Map(pairs('network'));
  const nodes = new Map(pairs('node'));
  const logs = pairs('log');
  const now = Number(all('now')[0] ?? 0);
  const current = new Set(all('current'));
  const found = pairs('found');
  const services = all('service').map((text) => parsed(serviceSchema, JSON.parse(text), 'service'));
  const tasks = all('task').map((text) => parsed(taskSchema, JSON.parse(text), 'task'));
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

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new ProbeError(`docker described a ${what} in an unknown way`);
  return result.data;
}
