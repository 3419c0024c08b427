import { type ExitCode, Interrupted, ProvisionError } from '../errors/index.ts';
import { type BuiltStage, buildStages, resourcesFrom } from './build.ts';
import type { HostSummary } from './events.ts';
import { refuseMore } from './exact.ts';
import { LockHeld, NotConverged } from './failures.ts';
import { awaitGate } from './gate.ts';
import { refusalsByNow } from './inspect.ts';
import { type Judged, judgeHost, needsWork } from './judge.ts';
import type { HostFailure } from './plan.ts';
import { everyHost, type Prepared, reached } from './prepare.ts';
import { resolver } from './resolve.ts';
import type { RunOptions } from './run.ts';
import type { PlannedStep, Session } from './session.ts';
import { settle } from './settle.ts';
import { Tally } from './tally.ts';
import { troubleOf } from './trouble.ts';
import type { HostState, World } from './world.ts';

export interface Outcome {
  readonly changes: number;
  /** Names of the playbooks that changed something. */
  readonly playbooks: ReadonlySet<string>;
  readonly hosts: readonly HostSummary[];
  readonly failures: readonly HostFailure[];
}

/** Rebuilding and looking again settles in two rounds; more means that a playbook wants something else each time. */
const ROUNDS = 4;

/** Carries a plan out, stage by stage. It stops after the stage in which a host failed. */
export async function converge(
  { world, built, milliseconds: looking }: Prepared,
  options: RunOptions,
): Promise<Outcome> {
  const run = new Convergence(world, built, options);
  const start = performance.now();
  let interrupted = true;
  try {
    await run.toTheEnd();
    interrupted = false;
  } finally {
    const milliseconds = looking + Math.round(performance.now() - start);
    const { changes, hosts } = run.outcome();
    options.emit({ kind: 'run-finished', changes, hosts, milliseconds, interrupted });
  }
  return run.outcome();
}

class Convergence {
  readonly #world: World;
  readonly #options: RunOptions;
  readonly #tally = new Tally();
  readonly #inspected = new Set<string>();
  #built: readonly BuiltStage[];

  constructor(world: World, built: readonly BuiltStage[], options: RunOptions) {
    this.#world = world;
    this.#options = options;
    this.#built = built;
  }

  async toTheEnd(): Promise<void> {
    for (let index = 0; index < this.#built.length; index++) {
      let hosts = await this.#lookBefore(index);
      if (hosts.length > 0 && (await this.#inspectAgain(index, hosts))) hosts = await this.#lookBefore(index);
      if (this.#failures().length > 0) return;
      if (hosts.length > 0) await this.#stage(index, hosts);
      if (this.#options.stop.aborted) throw new Interrupted();
      if (this.#failures().length > 0) return;
    }
  }

  outcome(): Outcome {
    const { changes, playbooks } = this.#tally;
    const hosts = this.#tally.summaries(this.#world, this.#options.selected);
    return { changes, playbooks, hosts, failures: this.#failures() };
  }

  #failures(): readonly HostFailure[] {
    return this.#world.failures().filter(({ host }) => this.#options.selected.has(host));
  }

  /**
   * The hosts that a stage changes, by a look that is fresh: where another host was changed since, or where a
   * rebuilt stage asks something new, a host with work is asked again first.
   */
  async #lookBefore(index: number): Promise<readonly HostState[]> {
    for (let round = 0; round < ROUNDS; round++) {
      const working = reached(this.#world).filter(
        (state) => this.#options.selected.has(state.host.name) && this.#judge(index, state).some(needsWork),
      );
      const outdated = working.filter(
        (state) =>
          this.#world.isStale(state) ||
          this.#judge(index, state).some(({ verdict }) => verdict.state === 'unasked'),
      );
      if (outdated.length === 0) return this.#settled(index, working);
      await everyHost(this.#options, this.#world, outdated, (state) =>
        this.#world.observe(state, resourcesFrom(this.#built, index, state.host.name)),
      );
      this.#built = buildStages(this.#world, this.#options.onHost);
    }
    throw new Error('a playbook asks for something else each time that it is built');
  }

  /** What is not known by now is an error. */
  #settled(index: number, working: readonly HostState[]): readonly HostState[] {
    for (const state of working) {
      for (const trouble of this.#judge(index, state).flatMap((judged) => troubleOf(judged) ?? []))
        this.#world.fail(state.host.name, trouble);
    }
    return working;
  }

  /** Asks a playbook whose turn it is what it refuses by now. Gives whether there was anything new to ask. */
  async #inspectAgain(index: number, [first]: readonly HostState[]): Promise<boolean> {
    const { playbook } = this.#built[index] as BuiltStage;
    const turn = !this.#inspected.has(playbook.name);
    this.#inspected.add(playbook.name);
    if (!turn || this.#tally.changes === 0) return false;
    const refusals = await refusalsByNow(this.#world, playbook, this.#options);
    if (refusals === undefined) return false;
    for (const { host, message, code, fix } of refusals) {
      const selected = host !== undefined && this.#options.selected.has(host);
      this.#world.fail(
        selected ? host : (first as HostState).host.name,
        new ProvisionError(message, { code, exit: 5, fix }),
      );
    }
    this.#built = buildStages(this.#world, this.#options.onHost);
    return true;
  }

  async #stage(index: number, hosts: readonly HostState[]): Promise<void> {
    const { playbook, stage, view } = this.#built[index] as BuiltStage;
    const { emit } = this.#options;
    const where = { playbook: playbook.name, stage: stage.name };
    emit({ kind: 'stage-started', ...where, hosts: hosts.map(({ host }) => host.name) });

    const { rolling } = stage;
    const seen = (state: HostState) => view.hosts.find(({ name }) => name === state.host.name) as never;
    const oneByOne = rolling ? hosts.filter((state) => !(rolling.apart?.(seen(state), view) ?? false)) : [];
    const together = hosts.filter((state) => !oneByOne.includes(state));
    await everyHost(this.#options, this.#world, together, async (state) => {
      await this.#change(index, state);
      await awaitGate(rolling?.after?.(seen(state), view), this.#world, this.#options);
    });

    for (const state of oneByOne) {
      if (this.#failures().length > 0 || this.#options.stop.aborted) break;
      await everyHost(this.#options, this.#world, [state], async () => {
        await awaitGate(rolling?.before?.(seen(state), view), this.#world, this.#options);
        await this.#change(index, state);
        await awaitGate(rolling?.after?.(seen(state), view), this.#world, this.#options);
      });
    }

    this.#built = buildStages(this.#world, this.#options.onHost);
    emit({ kind: 'stage-finished', ...where });
  }

  /** Changes a host, then asks it again: that proves the stage and feeds the next. */
  async #change(index: number, state: HostState): Promise<void> {
    const { playbook, stage } = this.#built[index] as BuiltStage;
    const host = state.host.name;
    const work = this.#judge(index, state).filter(needsWork);
    refuseMore(this.#options.allowed, host, work);
    const resolve = resolver(this.#world, this.#built);
    const steps = work.flatMap(({ resource, verdict }): PlannedStep[] =>
      verdict.state === 'observed'
        ? verdict.steps(resolve).map((step) => ({ resource: resource.id, origin: resource.origin, step }))
        : [],
    );
    if (steps.length > 0) this.#tally.begin(host);
    try {
      if (steps.length > 0) await (state.session as Session).change(steps);
    } catch (error) {
      if (error instanceof LockHeld) this.#tally.prove(host);
      throw error;
    } finally {
      this.#world.changed(state);
    }
    const look = () => this.#world.observe(state, resourcesFrom(this.#built, index, host));
    await look();
    const resources = new Set(work.map(({ resource }) => resource));
    const judge = () => this.#judge(index, state);
    if (await settle(state, resources, judge, this.#world, this.#options)) await look();
    const after = judge();
    for (const { resource, verdict } of work) {
      const now = after.find((judged) => judged.resource === resource);
      const trouble = now && troubleOf(now);
      if (trouble !== undefined) throw trouble;
      if (now?.verdict.state === 'observed' && now.verdict.changes.length > 0)
        throw new NotConverged(resource.id, now.verdict.changes);
      if (verdict.state !== 'observed') continue;
      this.#tally.add(host, playbook.name, verdict.changes);
      this.#options.emit({
        kind: 'changed',
        host,
        playbook: playbook.name,
        stage: stage.name,
        resource: resource.id,
        changes: verdict.changes,
      });
    }
    this.#tally.prove(host);
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
