import pLimit from 'p-limit';
import { type Finding, Interrupted } from '../errors/index.ts';
import { type BuiltStage, buildStages, resourcesFrom } from './build.ts';
import { CouldNotLook } from './failures.ts';
import { type Judged, judgeHost, needsWork } from './judge.ts';
import type { Plan, PlanItem, PlanStage } from './plan.ts';
import type { RunOptions } from './run.ts';
import { Session } from './session.ts';
import { inspect } from './view.ts';
import { type HostState, World } from './world.ts';

/** The hosts, connected and looked at, and what should be done. Nothing has been changed. */
export interface Prepared extends AsyncDisposable {
  readonly world: World;
  readonly plan: Plan;
  /** The stages by what is known now. */
  readonly built: readonly BuiltStage[];
  /** How long it took to look. */
  readonly milliseconds: number;
}

/** Connects to all hosts and asks each for its facts: one exec a host. A host that fails is left with its error. */
export async function connect(options: RunOptions): Promise<World & AsyncDisposable> {
  const { inventory, emit, abort } = options;
  const world = new World(options);
  emit({ kind: 'run-started', cluster: inventory.cluster, hosts: inventory.hosts.map(({ name }) => name) });
  await everyHost(options, world, [...world.states.values()], async (state) => {
    const start = performance.now();
    const transport = await options.connect(state.host, abort);
    const milliseconds = Math.round(performance.now() - start);
    emit({ kind: 'host-connected', host: state.host.name, milliseconds });
    state.session = new Session(state.host.name, transport, options);
    await world.gather(state);
  });
  const dispose = async () => {
    await Promise.allSettled(
      [...world.states.values()].map(({ session }) => session?.[Symbol.asyncDispose]()),
    );
  };
  if (abort.aborted || options.stop.aborted) {
    await dispose();
    throw new Interrupted();
  }
  return Object.assign(world, { [Symbol.asyncDispose]: dispose });
}

/** Looks at everything and judges it: two execs a host, whatever the number of resources. */
export async function prepare(options: RunOptions): Promise<Prepared> {
  const start = performance.now();
  const world = await connect(options);
  try {
    // Where no host was reached nothing can be changed, and what a silent host may hold is not the trouble.
    const findings =
      reached(world).length === 0
        ? []
        : world.playbooks.flatMap((playbook) => inspect(world, playbook, options.onHost));
    const asked = reached(world);
    const built = buildStages(world, options.onHost);
    await everyHost(options, world, asked, (state) =>
      world.observe(state, resourcesFrom(built, 0, state.host.name)),
    );
    if (options.abort.aborted || options.stop.aborted) throw new Interrupted();
    const plan = makePlan(world, built, findings, options.selected);
    for (const finding of plan.findings) options.emit({ kind: 'finding', finding });
    options.emit({ kind: 'planned', plan });
    const milliseconds = Math.round(performance.now() - start);
    return {
      world,
      plan,
      // A host that could not be looked at is seen by the others as one that was not reached.
      built: reached(world).length === asked.length ? built : buildStages(world, options.onHost),
      milliseconds,
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
}

export function reached(world: World): readonly HostState[] {
  return [...world.states.values()].filter(({ facts }) => facts !== undefined);
}

/** Does the same on many hosts at a time. One that fails is noted; the others go on to their end. */
export async function everyHost(
  options: RunOptions,
  world: World,
  states: readonly HostState[],
  work: (state: HostState) => Promise<void>,
): Promise<void> {
  const limit = pLimit(options.concurrency);
  await Promise.all(
    states.map((state) =>
      limit(async () => {
        if (options.stop.aborted) return;
        await work(state).catch((error: unknown) => {
          if (options.abort.aborted) throw new Interrupted();
          if (error instanceof Interrupted) return;
          world.fail(state.host.name, error);
        });
      }),
    ),
  );
}

function makePlan(
  world: World,
  built: readonly BuiltStage[],
  findings: readonly Finding[],
  selected: ReadonlySet<string>,
): Plan {
  const stages: { order: number; stage: PlanStage }[] = [];
  const refused: Finding[] = [];
  for (const { host, outputs } of reached(world)) {
    if (!selected.has(host.name)) continue;
    let exact = true;
    judgeHost(built, host.name, outputs).forEach((judged, order) => {
      const { playbook, stage } = built[order] as BuiltStage;
      for (const { resource, verdict } of judged) {
        if (verdict.state === 'failed') world.fail(host.name, new CouldNotLook(resource.id, verdict.error));
        if (verdict.state === 'refused')
          refused.push({
            level: 'refuse',
            code: 'refused',
            host: host.name,
            message: verdict.refusal.message,
            fix: verdict.refusal.fix,
          });
      }
      const items = judged.filter(needsWork).filter(isPlannable).map(planItem);
      if (items.length === 0) return;
      stages.push({
        order,
        stage: { playbook: playbook.name, stage: stage.name, host: host.name, items, exact },
      });
      if (items.some(({ changes }) => changes.length > 0)) exact = false;
    });
  }
  return {
    cluster: world.inventory.cluster,
    stages: stages.toSorted((a, b) => a.order - b.order).map(({ stage }) => stage),
    findings: [...findings, ...refused],
    failures: world.failures(),
    hosts: world.inventory.hosts.map(({ name }) => ({ name, selected: selected.has(name) })),
  };
}

/** What failed or is refused is told for itself. */
const isPlannable = ({ verdict }: Judged) => verdict.state !== 'failed' && verdict.state !== 'refused';

function planItem({ resource, verdict }: Judged): PlanItem {
  return {
    kind: resource.kind,
    key: resource.key,
    origin: resource.origin,
    changes: verdict.state === 'observed' ? verdict.changes : [],
    restarts: verdict.state === 'observed' ? verdict.restarts : [],
    unknown: verdict.state === 'unobservable' ? verdict.reason : undefined,
  };
}
