import type { ServiceInspect, TaskInspect } from './inspected.ts';

/** A task, and whether it was made from what the service is now. */
export interface Task extends TaskInspect {
  readonly current: boolean;
  readonly node: string;
}

/** How far a service is. */
export interface Progress {
  readonly expected: number;
  /** Tasks that do what they should: run, and are healthy where that is checked; or are done, where they end. */
  readonly running: number;
  readonly settled: boolean;
  /** For people: `starting on mail-2`. */
  readonly text: string;
  /** Why it will not come about. */
  readonly failed: string | undefined;
  /** Why Docker has gone back to what the service was before; of the last update, whenever that was. */
  readonly back: string | undefined;
}

/** Failed tasks of what a service is now, after which it is given up. One may be a node that went away. */
const ENOUGH = 3;
/** Seconds that a task has to have run. Docker's own default for `monitor`. */
const STEADY = 5;

/**
 * Judges a service by its own state and its tasks. `now` is by the manager's clock, in seconds since 1970.
 *
 * That an update is `completed` is not enough, for swarm does not wait until all tasks run (swarmkit, updater.go);
 * and a state that is left from an earlier update says nothing of this one, so only tasks of the present
 * specification count.
 */
export function progressOf(service: ServiceInspect, tasks: readonly Task[], now: number): Progress {
  const current = tasks.filter((task) => task.current);
  const active = tasks.filter(({ DesiredState }) => ['running', 'ready', 'accepted'].includes(DesiredState));
  const expected = service.Spec.Mode.Replicated?.Replicas ?? Math.max(1, places(active).size);
  const condition = service.Spec.TaskTemplate.RestartPolicy?.Condition ?? 'any';
  const works = current.filter(
    ({ DesiredState, Status }) =>
      (DesiredState === 'running' && Status.State === 'running') ||
      (condition !== 'any' && Status.State === 'complete'),
  );
  const failures = failed(current);
  const running = Math.min(expected, places(works).size);
  const state = service.UpdateStatus?.State;
  const steady = works.every(
    ({ Status }) => Status.State === 'complete' || now - Date.parse(Status.Timestamp) / 1000 >= STEADY,
  );
  const done = running >= expected && state !== 'updating' && state !== 'rollback_started';
  const since = service.UpdateStatus?.StartedAt ?? '';
  const [inUpdate] = failed(tasks.filter(({ CreatedAt }) => CreatedAt >= since));
  const back =
    state === 'rollback_completed' || state === 'rollback_paused'
      ? `it failed, and Docker went back to what ran before: ${inUpdate === undefined ? (service.UpdateStatus?.Message ?? '') : wordsOf(inUpdate)}`
      : undefined;
  return {
    expected,
    running,
    settled: done && steady,
    failed: done ? undefined : failureOf(service, failures),
    back,
    text: `${running} of ${expected} running${done ? '' : doing(active, works, failures[0])}`,
  };
}

/** Those that failed, the last one first. */
function failed(tasks: readonly Task[]): readonly Task[] {
  return tasks
    .filter(({ Status }) => ['failed', 'rejected'].includes(Status.State))
    .toSorted((a, b) => b.Status.Timestamp.localeCompare(a.Status.Timestamp));
}

function places(tasks: readonly Task[]): ReadonlySet<string> {
  return new Set(
    tasks.map(({ Slot, NodeID }) => (Slot === undefined || Slot === 0 ? (NodeID ?? '') : String(Slot))),
  );
}

function failureOf({ UpdateStatus }: ServiceInspect, failures: readonly Task[]): string | undefined {
  const [last] = failures;
  if (UpdateStatus?.State === 'paused' || UpdateStatus?.State === 'rollback_paused')
    return `its update was given up: ${last === undefined ? (UpdateStatus.Message ?? '') : wordsOf(last)}`;
  if (failures.length < ENOUGH || last === undefined) return undefined;
  return `it failed ${failures.length} times: ${wordsOf(last)}`;
}

/** What a task that ended says of why. */
function wordsOf({ node, Status }: Task): string {
  const where = node === '' ? '' : ` on ${node}`;
  const code = Status.ContainerStatus?.ExitCode;
  const why = Status.Err || Status.Message || Status.State;
  return `${why}${code === undefined || code === 0 || why.includes(String(code)) ? '' : ` (exit code ${code})`}${where}`;
}

function doing(active: readonly Task[], works: readonly Task[], last: Task | undefined): string {
  const rest = active.filter((task) => !works.includes(task));
  const waiting = rest.find(({ current }) => current) ?? rest[0];
  if (waiting === undefined) return last === undefined ? '' : `; ${wordsOf(last)}`;
  const { Status, node } = waiting;
  const reason = Status.Err ? `: ${Status.Err}` : '';
  return `, ${Status.State}${node === '' ? '' : ` on ${node}`}${reason}`;
}
