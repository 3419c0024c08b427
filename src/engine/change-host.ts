import type { BuiltStage } from './built-stage.ts';
import type { ChangesMade } from './changes-made.ts';
import { refuseMore } from './exact.ts';
import { NotConverged } from './failures.ts';
import { judgeHost, needsWork } from './judge.ts';
import { HostBusy } from './lock-failures.ts';
import { lookAhead } from './look-ahead.ts';
import { bootOf, comeBack } from './reboot.ts';
import { rehearsed } from './rehearse.ts';
import { resolver } from './resolve.ts';
import type { HostState, Run } from './run.ts';
import type { RunLock } from './run-lock.ts';
import type { PlannedStep, Session } from './session.ts';
import { settle } from './settle.ts';
import { errorOf, errorsOf } from './verdict-errors.ts';

/** Where a run is. */
interface Place {
  readonly run: Run;
  readonly made: ChangesMade;
  readonly lock: RunLock;
  readonly built: readonly BuiltStage[];
  /** Of the stage. */
  readonly index: number;
}

/** Does a stage's work on a host, then asks it again: that proves the stage and feeds the next. */
export async function changeHost(
  state: HostState,
  { run, made, lock, built, index }: Place,
  allowed: ReadonlySet<string> | undefined,
): Promise<void> {
  const { options } = run;
  const { playbook, stage } = built[index] as BuiltStage;
  const host = state.host.name;
  const judge = () => judgeHost(built, host, state.outputs, index)[index] ?? [];
  const onHost = (command: string) => options.onHost(host, command);
  const resolve = resolver(run, built);
  const work = judge()
    .filter(needsWork)
    .map((judged) => rehearsed(judged, resolve));
  for (const error of errorsOf(work, onHost)) throw error;
  refuseMore(allowed, host, work);
  const steps = work.flatMap(({ resource, verdict }): PlannedStep[] =>
    verdict.state === 'observed'
      ? verdict.steps(resolve).map((step) => ({ resource: resource.id, origin: resource.origin, step }))
      : [],
  );
  if (steps.length > 0) made.begin(host);
  try {
    for (const part of upToReboots(steps)) {
      const session = state.session as Session;
      const reboots = part.at(-1)?.step.reboots;
      const before = reboots && (await bootOf(session));
      await session.change(part);
      if (before !== undefined)
        await comeBack(state, { before, within: reboots?.within ?? 0 }, lock, options);
    }
  } catch (error) {
    if (error instanceof HostBusy) made.prove(host);
    throw error;
  } finally {
    run.changed(state);
  }
  const look = () => lookAhead(run, state, built, index);
  await look();
  const resources = new Set(work.map(({ resource }) => resource));
  if (await settle(state, resources, judge, run)) await look();
  const after = judge();
  for (const { resource, verdict } of work) {
    const now = after.find((judged) => judged.resource === resource);
    const error = now && errorOf(now, onHost);
    if (error !== undefined) throw error;
    if (now?.verdict.state === 'observed' && now.verdict.changes.length > 0)
      throw new NotConverged(resource.id, now.verdict.changes);
    if (verdict.state !== 'observed') continue;
    made.add(host, playbook.name, verdict.changes);
    options.emit({
      kind: 'changed',
      host,
      playbook: playbook.name,
      stage: stage.name,
      resource: resource.id,
      changes: verdict.changes,
    });
  }
  made.prove(host);
}

/** Steps in order, each part up to one that ends the machine. */
function upToReboots(steps: readonly PlannedStep[]): readonly (readonly PlannedStep[])[] {
  const parts: PlannedStep[][] = [];
  let isOver = true;
  for (const planned of steps) {
    if (isOver) parts.push([]);
    parts.at(-1)?.push(planned);
    isOver = planned.step.reboots !== undefined;
  }
  return parts;
}
