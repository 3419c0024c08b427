import { isDeepStrictEqual } from 'node:util';

/** What `docker service inspect` fills in where a service says nothing (moby, api/defaults/service.go); a task has it not. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  Runtime: 'container',
  RestartPolicy: { Condition: 'any', Delay: 5_000_000_000, MaxAttempts: 0 },
  StopGracePeriod: 10_000_000_000,
  DNSConfig: {},
};

/**
 * Whether a task was made from what its service is now: what one has and the other has not is a default at most.
 * Where it may run is not compared. Swarm leaves a task alone that still fits where it is (swarmkit, orchestrator/task.go),
 * and ends one that does not; and a second `docker stack deploy` leaves out the platforms that the first had put there.
 */
export function isMadeFrom(task: unknown, template: unknown): boolean {
  return isSame(withoutPlacement(task), withoutPlacement(template));
}

function withoutPlacement(spec: unknown): unknown {
  return isObject(spec) ? { ...spec, Placement: undefined } : spec;
}

function isSame(task: unknown, template: unknown): boolean {
  if (!isObject(task) || !isObject(template)) return isDeepStrictEqual(task, template);
  return [...new Set([...Object.keys(task), ...Object.keys(template)])].every((key) =>
    key in task ? isSame(task[key], template[key]) : isDeepStrictEqual(template[key], DEFAULTS[key]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
