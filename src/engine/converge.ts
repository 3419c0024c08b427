import { type ExitCode, Interrupted, ProvisionError } from '../errors/index.ts';
import { gatesOf } from '../playbook/index.ts';
import { buildStages } from './build.ts';
import { type BuiltStage, isRolled } from './built-stage.ts';
import { changeHost } from './change-host.ts';
import { ChangesMade } from './changes-made.ts';
import type { HostSummary } from './events.ts';
import { awaitGate } from './gate.ts';
import { refusalsByNow } from './inspect.ts';
import { type Judged, judgeHost, needsWork } from './judge.ts';
import { lookAhead } from './look-ahead.ts';
import { type HostFailure, hasMore, hasWork, type Plan } from './plan.ts';
import type { Prepared } from './prepare.ts';
import { everyHost, reached } from './reach.ts';
import type { HostState, Run } from './run.ts';
import type { RunLock } from './run-lock.ts';
import { failBy, lookUnderLock, ROUNDS } from './under-lock.ts';
import { errorsOf } from './verdict-errors.ts';

export interface Outcome {
  readonly changes: number;
  /** Names of the playbooks that changed something. */
  readonly playbooks: ReadonlySet<string>;
  readonly hosts: readonly HostSummary[];
  readonly failures: readonly HostFailure[];
  /** There was more to do than had been shown, and the person did not agree to it. */
  readonly declined: boolean;
}

/** What a person has agreed to. */
export interface Agreement {
  /** Changes that may be made, by `changeKey`; a run that would make another fails before it. Default: all. */
  readonly allowed?: ReadonlySet<string>;
  /** Asked where there is more to do than they have seen. Default: nobody is asked. */
  readonly agree?: (plan: Plan) => Promise<boolean>;
}

/**
 * Carries a plan out, stage by stage. It stops after the stage in which a host failed. Before it changes anything it takes the
 * lock of the run and looks again: what decides is what is there then, not what a plan showed before.
 *
 * @throws LockHeld where another run is at work.
 */
export async function converge(
  { run, built, plan, milliseconds: looked }: Prepared,
  agreement: Agreement = {},
): Promise<Outcome> {
  const convergence = new Convergence(run, built, agreement);
  const start = performance.now();
  let interrupted = true;
  try {
    if (hasWork(plan)) await convergence.underLock(plan);
    interrupted = false;
  } finally {
    const milliseconds = looked + Math.round(performance.now() - start);
    const { changes, hosts } = convergence.outcome();
    run.options.emit({ kind: 'run-finished', changes, hosts, milliseconds, interrupted });
  }
  return convergence.outcome();
}

class Convergence {
  readonly #run: Run;
  readonly #agreement: Agreement;
  readonly #made = new ChangesMade();
  /** How much had been changed when a playbook was last asked what it refuses. */
  readonly #inspected = new Map<string, number>();
  /** Hosts that the run has lost its hold on. Any of them ends it, for what decides is that all are held. */
  readonly #lost = new Set<string>();
  #declined = false;
  #built: readonly BuiltStage[];

  constructor(run: Run, built: readonly BuiltStage[], agreement: Agreement) {
    this.#run = run;
    this.#agreement = agreement;
    this.#built = built;
  }

  /** Takes the lock, looks again, and goes on where nothing speaks against it by now. */
  async underLock(shown: Plan): Promise<void> {
    const held = await lookUnderLock(this.#run, this.#built, shown);
    if (held === undefined) return;
    await using lock = held.lock;
    this.#built = held.built;
    if (this.#failures().length > 0) return;
    const { agree = async () => true } = this.#agreement;
    this.#declined = hasMore(held.plan, shown) && !(await agree(held.plan));
    if (!this.#declined) await this.#toTheEnd(lock);
  }

  async #toTheEnd(lock: RunLock): Promise<void> {
    for (let index = 0; index < this.#built.length; index++) {
      await this.#lookAtChanged(index);
      if (await this.#isRefused(index)) return;
      let hosts = await this.#lookBefore(index);
      const { playbook, stage } = this.#built[index] as BuiltStage;
      if (hosts.length > 0 && stage.decidedBy === 'all hosts') {
        await everyHost(this.#run, reached(this.#run), (state) => this.#run.gather(state, [playbook]));
        this.#built = buildStages(this.#run);
        if (await this.#isRefused(index, 'ask')) return;
        hosts = await this.#lookBefore(index);
      }
      if (this.#isOver(lock)) return;
      if (hosts.length > 0) await this.#stage(index, hosts, lock);
      if (this.#run.options.stop.aborted) throw new Interrupted();
      if (this.#isOver(lock)) return;
    }
  }

  outcome(): Outcome {
    const { changes, playbooks } = this.#made;
    const hosts = this.#made.summaries(this.#run);
    return { changes, playbooks, hosts, failures: this.#failures(), declined: this.#declined };
  }

  #failures(): readonly HostFailure[] {
    return this.#run
      .failures()
      .filter(({ host }) => this.#run.options.selected.has(host) || this.#lost.has(host));
  }

  #isOver(lock: RunLock): boolean {
    for (const host of lock.lost(this.#run)) this.#lost.add(host);
    return this.#failures().length > 0;
  }

  /** Looks at the hosts that earlier stages have changed, where that was not done for this one yet: what it is decided by is fresh. */
  async #lookAtChanged(index: number): Promise<void> {
    const changed = reached(this.#run).filter((state) => this.#run.isOutdated(state, index));
    if (changed.length === 0) return;
    await everyHost(this.#run, changed, (state) => lookAhead(this.#run, state, this.#built, index));
    this.#built = buildStages(this.#run);
  }

  /**
   * The hosts that a stage changes, by a look that is fresh: where another host was changed since, or where a
   * rebuilt stage asks something new, a host with work is asked again first.
   */
  async #lookBefore(index: number): Promise<readonly HostState[]> {
    return this.#settled(index, await this.#askWhatIsNew(index));
  }

  /** Gives the hosts that have work in a stage, once nothing about it is left to ask. */
  async #askWhatIsNew(index: number): Promise<readonly HostState[]> {
    for (let round = 0; round < ROUNDS; round++) {
      if (this.#run.options.stop.aborted) throw new Interrupted();
      const working = reached(this.#run).filter(
        (state) =>
          this.#run.options.selected.has(state.host.name) && this.#judge(index, state).some(needsWork),
      );
      const outdated = working.filter(
        (state) =>
          this.#run.isStale(state, index) ||
          this.#judge(index, state).some(({ verdict }) => verdict.state === 'unasked'),
      );
      if (outdated.length === 0) return working;
      await everyHost(this.#run, outdated, (state) => lookAhead(this.#run, state, this.#built, index));
      this.#built = buildStages(this.#run);
    }
    throw new Error('a playbook asks for something else each time that it is built');
  }

  /** What is not known by now is an error. */
  #settled(index: number, working: readonly HostState[]): readonly HostState[] {
    for (const state of working) {
      const { name } = state.host;
      const onHost = (command: string) => this.#run.options.onHost(name, command);
      for (const error of errorsOf(this.#judge(index, state), onHost)) this.#run.fail(name, error);
    }
    return working;
  }

  /**
   * Asks the playbook of a stage what it refuses by now, wherever something was changed since it was last asked. What it refuses
   * ends the run, whether or not the stage would have had any work.
   */
  async #isRefused(index: number, when?: 'ask'): Promise<boolean> {
    const { playbook } = this.#built[index] as BuiltStage;
    const { changes } = this.#made;
    if (when === undefined && (this.#inspected.get(playbook.name) ?? 0) === changes) return false;
    this.#inspected.set(playbook.name, changes);
    const refusals = await refusalsByNow(this.#run, playbook);
    if (refusals === undefined) return false;
    this.#built = buildStages(this.#run);
    for (const finding of refusals) failBy(finding, this.#run);
    return this.#failures().length > 0;
  }

  async #stage(index: number, hosts: readonly HostState[], lock: RunLock): Promise<void> {
    const built = this.#built[index] as BuiltStage;
    const { playbook, stage } = built;
    const { emit } = this.#run.options;
    const where = { playbook: playbook.name, stage: stage.name };
    emit({ kind: 'stage-started', ...where, hosts: hosts.map(({ host }) => host.name) });

    const oneByOne = hosts.filter(({ host }) => isRolled(built, host.name));
    const together = hosts.filter((state) => !oneByOne.includes(state));
    await everyHost(this.#run, together, async (state) => {
      await this.#change(index, state, lock);
      await this.#gate(built, 'after', state);
    });

    for (const state of oneByOne) {
      // In this order: what is told to end while a host boots has lost it, and that is no failure.
      if (this.#run.options.stop.aborted || this.#isOver(lock)) break;
      await everyHost(this.#run, [state], async () => {
        await this.#gate(built, 'before', state);
        // What a gate says holds as long as all hosts are held.
        if (this.#isOver(lock)) return;
        await this.#change(index, state, lock);
        await this.#gate(built, 'after', state);
      });
    }

    this.#built = buildStages(this.#run);
    emit({ kind: 'stage-finished', ...where });
  }

  async #gate(built: BuiltStage, when: 'before' | 'after', { host }: HostState): Promise<void> {
    const { stage, cluster } = built;
    const seen = cluster.hosts.find(({ name }) => name === host.name) as never;
    for (const gate of gatesOf(stage.rolling?.[when]?.(seen, cluster)))
      await awaitGate(gate, built, this.#run);
  }

  #change(index: number, state: HostState, lock: RunLock): Promise<void> {
    const at = { run: this.#run, made: this.#made, built: this.#built, lock, index };
    return changeHost(state, at, this.#agreement.allowed);
  }

  #judge(index: number, state: HostState): readonly Judged[] {
    return judgeHost(this.#built, state.host.name, state.outputs, index)[index] ?? [];
  }
}

/** The exit code for what went wrong: our own bug first, and a failed host before one that was not reached. */
export function exitCodeOf(failures: readonly HostFailure[]): ExitCode | 1 | undefined {
  const codes = failures.map(({ error }) => (error instanceof ProvisionError ? error.exit : 1));
  return ([1, 5, 2, 4, 3] as const).find((code) => codes.includes(code));
}
