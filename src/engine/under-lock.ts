import { type Finding, Interrupted, ProvisionError } from '../errors/index.ts';
import { type BuiltStage, buildStages, resourcesFrom } from './build.ts';
import { judgeHost } from './judge.ts';
import { LockHeld, OrphanRuns } from './lock-failures.ts';
import { failUnseen, makePlan } from './make-plan.ts';
import type { Plan } from './plan.ts';
import { findingsOf } from './prepare.ts';
import { everyHost, reached } from './reach.ts';
import type { RunOptions } from './run.ts';
import { RunLock } from './run-lock.ts';
import type { HostState, World } from './world.ts';

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
  world: World,
  before: readonly BuiltStage[],
  shown: Plan,
  options: RunOptions,
): Promise<UnderLock | undefined> {
  const { emit, onHost, stop } = options;
  emit({ kind: 'locking', hosts: reached(world).map(({ host }) => host.name) });
  const lock = await take(world, before, options);
  if (lock === undefined) return undefined;
  try {
    await lock.look(world, options);
    if (stop.aborted) throw new Interrupted();
    const built = await askRest(world, buildStages(world, onHost), options);
    emit({ kind: 'locked' });
    const plan = makePlan(world, built, findingsOf(world, options), options);
    failUnseen(plan, world);
    const words = ({ host, message }: Finding) => `${host}: ${message}`;
    const told = new Set(shown.findings.map(words));
    for (const finding of plan.findings) {
      if (!told.has(words(finding))) emit({ kind: 'finding', finding });
      if (finding.level === 'refuse') failBy(finding, world, options);
    }
    return { lock, built, plan };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

async function take(
  world: World,
  built: readonly BuiltStage[],
  options: RunOptions,
): Promise<RunLock | undefined> {
  const looks = ({ host, probes }: HostState) => world.look(resourcesFrom(built, 0, host.name), probes);
  try {
    return await RunLock.take(world, options, looks);
  } catch (error) {
    if (!(error instanceof LockHeld || error instanceof OrphanRuns)) throw error;
    failOne(error.host, error, world, options);
    return undefined;
  }
}

/** Asks what stages want to know by the new facts and did not by the old ones. */
async function askRest(
  world: World,
  given: readonly BuiltStage[],
  options: RunOptions,
): Promise<readonly BuiltStage[]> {
  let built = given;
  for (let round = 0; round < ROUNDS; round++) {
    const unasked = reached(world).filter(({ host, outputs }) =>
      judgeHost(built, host.name, outputs)
        .flat()
        .some(({ verdict }) => verdict.state === 'unasked'),
    );
    if (unasked.length === 0) return built;
    const now = built;
    await everyHost(options, world, unasked, (state) =>
      world.observe(state, resourcesFrom(now, 0, state.host.name)),
    );
    if (options.stop.aborted) throw new Interrupted();
    built = buildStages(world, options.onHost);
  }
  throw new Error('a playbook asks for something else each time that it is built');
}

/** Fails the host that a refusal is about, or the first that might be changed: a refusal ends the run. */
export function failBy({ host, message, code, fix }: Finding, world: World, options: RunOptions): void {
  failOne(host, new ProvisionError(message, { code: 'refused', exact: code, fix }), world, options);
}

function failOne(host: string | undefined, error: ProvisionError, world: World, options: RunOptions): void {
  const { selected } = options;
  const first = [...world.states.keys()].find((name) => selected.has(name));
  const target = host !== undefined && selected.has(host) ? host : first;
  if (target !== undefined) world.fail(target, error);
}
