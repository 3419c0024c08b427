import { type Finding, Interrupted, ProvisionError } from '../errors/index.ts';
import { buildStages } from './build.ts';
import { type BuiltStage, resourcesOn } from './built-stage.ts';
import { judgeHost } from './judge.ts';
import { LockHeld, OrphanRuns } from './lock-failures.ts';
import { failUnseen, makePlan } from './make-plan.ts';
import type { Plan } from './plan.ts';
import { findingsOf } from './prepare.ts';
import { everyHost, reached } from './reach.ts';
import type { HostState, Run } from './run.ts';
import { RunLock } from './run-lock.ts';

/** The hosts are held for this run, and have been looked at since. */
export interface UnderLock {
  readonly lock: RunLock;
  readonly built: readonly BuiltStage[];
  /** What should be done by that look. What it refuses has failed its host. */
  readonly plan: Plan;
}

/** Rebuilding and looking again settles in two rounds; more means that a playbook wants something else each time. */
export const ROUNDS = 4;

/**
 * Takes the lock of the run and looks again: what decides is what is there then, not what a plan showed before. A host that
 * another run holds is noted as failed, and nothing is given. The caller gives the lock back.
 */
export async function lookUnderLock(
  run: Run,
  before: readonly BuiltStage[],
  shown: Plan,
): Promise<UnderLock | undefined> {
  const { emit, stop } = run.options;
  emit({ kind: 'locking', hosts: reached(run).map(({ host }) => host.name) });
  const lock = await take(run, before);
  if (lock === undefined) return undefined;
  try {
    await lock.look(run);
    if (stop.aborted) throw new Interrupted();
    const built = await askRest(run, buildStages(run));
    emit({ kind: 'locked' });
    const plan = makePlan(run, built, findingsOf(run));
    failUnseen(plan, run);
    const words = ({ host, message }: Finding) => `${host}: ${message}`;
    const told = new Set(shown.findings.map(words));
    for (const finding of plan.findings) {
      if (!told.has(words(finding))) emit({ kind: 'finding', finding });
      if (finding.level === 'refuse') failBy(finding, run);
    }
    return { lock, built, plan };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

async function take(run: Run, built: readonly BuiltStage[]): Promise<RunLock | undefined> {
  const looks = ({ host, probes }: HostState) => run.look(resourcesOn(host.name, built), probes);
  try {
    return await RunLock.take(run, looks);
  } catch (error) {
    if (!(error instanceof LockHeld || error instanceof OrphanRuns)) throw error;
    failOne(error.host, error, run);
    return undefined;
  }
}

/** Asks what stages want to know by the new facts and did not by the old ones. */
async function askRest(run: Run, given: readonly BuiltStage[]): Promise<readonly BuiltStage[]> {
  let built = given;
  for (let round = 0; round < ROUNDS; round++) {
    const unasked = reached(run).filter(({ host, outputs }) =>
      judgeHost(built, host.name, outputs)
        .flat()
        .some(({ verdict }) => verdict.state === 'unasked'),
    );
    if (unasked.length === 0) return built;
    const now = built;
    await everyHost(run, unasked, (state) => run.observe(state, now));
    if (run.options.stop.aborted) throw new Interrupted();
    built = buildStages(run);
  }
  throw new Error('a playbook asks for something else each time that it is built');
}

/** Fails the host that a refusal is about, or the first that might be changed: a refusal ends the run. */
export function failBy({ host, message, code, fix }: Finding, run: Run): void {
  failOne(host, new ProvisionError(message, { code: 'refused', exact: code, fix }), run);
}

function failOne(host: string | undefined, error: ProvisionError, run: Run): void {
  const { selected } = run.options;
  const first = [...run.states.keys()].find((name) => selected.has(name));
  const target = host !== undefined && selected.has(host) ? host : first;
  if (target !== undefined) run.fail(target, error);
}
