import { isDeepStrictEqual } from 'node:util';

/** What `docker service inspect` fills in where a service says nothing (moby, api/defaults/service.go); a task has it not. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  Runtime: 'container',
  RestartPolicy: { Condition: 'any', Delay: 5_000_000_000, MaxAttempts: 0 },
  StopGracePeriod: 10_000_000_000,
  DNSConfig: {},
};

/** Whether a task was made from what its service is now: what one has and the other has not is a default at most. */
export function isMadeFrom(task: unknown, template: unknown): boolean {
  if (!isObject(task) || !isObject(template)) return isDeepStrictEqual(task, template);
  return [...new Set([...Object.keys(task), ...Object.keys(template)])].every((key) =>
    key in task ? isMadeFrom(task[key], template[key]) : isDeepStrictEqual(template[key], DEFAULTS[key]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
