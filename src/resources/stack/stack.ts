import { z } from 'zod';
import { type Change, defineResource, ProbeError, type Settling, type Shown } from '../../resource/index.ts';
import { looksSecret, MASK, sh } from '../../shell/index.ts';
import { managerProbe } from '../docker/manager.ts';
import { parseCompose } from './compose.ts';
import { differing, type Fields } from './fields.ts';
import { serviceSchema, taskSchema } from './inspected.ts';
import { liveFields } from './live.ts';
import { isMadeFrom } from './made-from.ts';
import { type Progress, progressOf, type Task } from './progress.ts';
import { wantedServices } from './wanted.ts';

const want = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'expected the name of a stack'),
    /** The stack file. Only what swarm keeps: what it would ignore is an error. */
    compose: z.string(),
    /** Seconds that services may take to run. */
    patience: z.int().positive().default(600),
  })
  .transform((stack) => ({ ...stack, services: wantedServices(stack.name, parseCompose(stack.compose)) }));

interface LiveService {
  readonly fields: Fields;
  readonly progress: Progress;
  readonly log: readonly string[];
}

/** Lines of a task's log that are fetched where its service does not run. */
const LOG_LINES = 20;

/**
 * A stack: its services as the stack file says, and running. Services of the stack that the file does not have are
 * removed. Managers only.
 */
export const stack = defineResource({
  kind: 'stack',
  want,
  key: ({ name }) => name,

  observe: ({ name }) =>
    managerProbe(
      `stack ${name}`,
      sh`
        ids=$(docker service ls --quiet --filter ${`label=com.docker.stack.namespace=${name}`}) || exit 1
        [ -n "$ids" ] || exit 0
        echo "now $(date +%s)"
        docker network ls --no-trunc --format 'network {{.ID}} {{.Name}}' || exit 1
        docker node ls --format 'node {{.ID}} {{.Hostname}}' || exit 1
        docker service inspect --format 'service {{json .}}' $ids || exit 1
        # A task that is replaced in between is gone: then all are asked for again.
        for try in 1 2 3; do
          listed=$(docker service ps --quiet --no-trunc $ids) || exit 1
          tasks=''
          [ -n "$listed" ] || break
          tasks=$(docker inspect --type task --format 'task {{json .}}' $listed) && break
          [ "$try" -lt 3 ] || exit 1
        done
        printf '%s\n' "$tasks"
        # A service of which nothing runs: its last failed task may have said why.
        for id in $ids; do
          [ -z "$(docker service ps --quiet --filter desired-state=running "$id" | head -n 1)" ] ||
            docker service ps --format '{{.CurrentState}}' --filter desired-state=running "$id" | grep -qv '^Running' || continue
          failed=$(docker service ps --no-trunc --filter desired-state=shutdown --format '{{.ID}} {{.CurrentState}}' "$id" |
            sed -n '/ \(Failed\|Complete\)/{s/ .*//p;q}')
          [ -z "$failed" ] || timeout 10 docker service logs --raw --tail ${LOG_LINES} "$failed" 2>&1 | sed "s/^/log $id /"
        done
        exit 0`,
      (stdout) => readStack(name, stdout),
    ),

  diff({ services }, live): readonly Change[] {
    const names = [...new Set([...services.keys(), ...live.keys()])].toSorted();
    return names.flatMap((name): readonly Change[] => {
      const wanted = services.get(name);
      const have = live.get(name);
      if (wanted === undefined)
        return [{ field: `service ${name}`, from: have?.fields.get('image') ?? null, to: null }];
      if (have === undefined)
        return [{ field: `service ${name}`, from: null, to: wanted.get('image') ?? null }];
      const changes = differing(wanted, have.fields).map((field) => ({
        field: `${name} ${field}`,
        from: shown(field, have.fields.get(field)),
        to: shown(field, wanted.get(field)),
      }));
      const { running, expected, text } = have.progress;
      if (changes.length > 0 || running >= expected) return changes;
      return [{ field: `${name} tasks`, from: text, to: `${expected} of ${expected} running` }];
    });
  },

  apply: ({ name, compose }, _live, changes) =>
    changes.every(({ field }) => field.endsWith(' tasks'))
      ? []
      : [
          {
            title: `check the stack file of ${name}`,
            script: sh`
              docker stack config --help >/dev/null 2>&1 || exit 0
              printf %s ${compose} | docker stack config --compose-file - >/dev/null`,
          },
          {
            title: `deploy ${name}`,
            script: sh`
              help=$(docker stack deploy --help) || exit 1
              case $help in *--detach*) detach=--detach ;; *) detach= ;; esac
              printf %s ${compose} | docker stack deploy --compose-file - --prune --resolve-image changed --with-registry-auth $detach ${name}`,
          },
        ],

  settling({ services, patience }, live): Settling | undefined {
    const there = [...services].flatMap(([name, wanted]) => {
      const service = live.get(name);
      if (service === undefined) return [];
      // A state that is left from an earlier update says nothing where the service is as it should be.
      const { back, failed, settled, text } = service.progress;
      const undone = back !== undefined && differing(wanted, service.fields).length > 0;
      return [{ name, service, text, settled: settled && !undone, failed: undone ? back : failed }];
    });
    const going = there.filter(({ settled }) => !settled);
    const failures = going.filter(({ failed }) => failed !== undefined);
    if (going.length === 0) return undefined;
    return {
      progress: going.map(({ name, text }) => `${name}: ${text}`),
      patience,
      ...(failures.length === 0
        ? {}
        : { failed: failures.map(({ name, failed }) => `service ${name}: ${failed}`).join('; ') }),
      details: (failures.length === 0 ? going : failures).flatMap(({ name, service }) =>
        service.log.map((line) => `${name}: ${line}`),
      ),
    };
  },
});

/** A field's value for the plan: one of a variable that somebody has set by hand may be a password. */
function shown(field: string, value: Shown | undefined): Shown {
  if (value === undefined || value === null) return null;
  return field.startsWith('environment ') && looksSecret(field) ? MASK : value;
}

function readStack(stackName: string, stdout: string): ReadonlyMap<string, LiveService> {
  const lines = stdout.split('\n').map(atSpace);
  const all = (kind: string) => lines.filter(([key]) => key === kind).map(([, rest]) => rest);
  const pairs = (kind: string) => all(kind).map(atSpace);
  const networks = new Map(pairs('network'));
  const nodes = new Map(pairs('node'));
  const logs = pairs('log');
  const now = Number(all('now')[0] ?? 0);
  const services = all('service').map((text) => JSON.parse(text) as { Spec: { TaskTemplate: unknown } });
  const tasks = all('task').map((text) => {
    const whole = JSON.parse(text) as { Spec: unknown };
    return { spec: whole.Spec, task: parsed(taskSchema, whole, 'task') };
  });
  return new Map(
    services.map((whole): [string, LiveService] => {
      const service = parsed(serviceSchema, whole, 'service');
      const own = tasks
        .filter(({ task }) => task.ServiceID === service.ID)
        .map(
          ({ spec, task }): Task => ({
            ...task,
            current: isMadeFrom(spec, whole.Spec.TaskTemplate),
            node: nodes.get(task.NodeID ?? '') ?? '',
          }),
        );
      return [
        service.Spec.Name.slice(stackName.length + 1),
        {
          fields: liveFields(service, networks),
          progress: progressOf(service, own, now),
          log: logs.filter(([id]) => service.ID.startsWith(id)).map(([, line]) => line),
        },
      ];
    }),
  );
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
