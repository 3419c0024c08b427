import { type Finding, Interrupted } from '../errors/index.ts';
import { buildStages } from './build.ts';
import type { BuiltStage } from './built-stage.ts';
import { inspect } from './inspect.ts';
import { failUnseen, makePlan } from './make-plan.ts';
import type { Plan } from './plan.ts';
import { everyHost, reached } from './reach.ts';
import { Run } from './run.ts';
import type { RunOptions } from './run-options.ts';
import { Session } from './session.ts';
import { onceStarted } from './wait-for-boot.ts';

/** The hosts, connected and looked at, and what should be done. Nothing has been changed. */
export interface Prepared extends AsyncDisposable {
  readonly run: Run;
  readonly plan: Plan;
  /** The stages by what is known now. */
  readonly built: readonly BuiltStage[];
  /** How long it took to look. */
  readonly milliseconds: number;
}

/** Connects to all hosts and asks each for its facts: one exec a host. A host that fails is left with its error. */
export async function connect(options: RunOptions): Promise<Run & AsyncDisposable> {
  const { inventory, emit, abort } = options;
  const run = new Run(options);
  emit({ kind: 'run-started', cluster: inventory.cluster, hosts: inventory.hosts.map(({ name }) => name) });
  await everyHost(run, [...run.states.values()], async (state) => {
    const start = performance.now();
    const again = () => options.connect(state.host, abort);
    const transport = await onceStarted(state.host.name, again, options);
    const milliseconds = Math.round(performance.now() - start);
    emit({ kind: 'host-connected', host: state.host.name, milliseconds });
    state.session = new Session(state.host.name, transport, options, again);
    await run.gather(state);
  });
  const dispose = async () => {
    await Promise.allSettled([...run.states.values()].map(({ session }) => session?.[Symbol.asyncDispose]()));
  };
  if (abort.aborted || options.stop.aborted) {
    await dispose();
    throw new Interrupted();
  }
  return Object.assign(run, { [Symbol.asyncDispose]: dispose });
}

/** Looks at everything and judges it: two execs a host, whatever the number of resources. */
export async function prepare(options: RunOptions): Promise<Prepared> {
  const start = performance.now();
  const run = await connect(options);
  try {
    const findings = findingsOf(run);
    const asked = reached(run);
    const built = buildStages(run);
    await everyHost(run, asked, (state) => run.observe(state, built));
    if (options.abort.aborted || options.stop.aborted) throw new Interrupted();
    const plan = makePlan(run, built, findings);
    failUnseen(plan, run);
    for (const finding of plan.findings) options.emit({ kind: 'finding', finding });
    options.emit({ kind: 'planned', plan });
    const milliseconds = Math.round(performance.now() - start);
    return {
      run,
      plan,
      // A host that could not be looked at is seen by the others as one that was not reached.
      built: reached(run).length === asked.length ? built : buildStages(run),
      milliseconds,
      [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
    };
  } catch (error) {
    await run[Symbol.asyncDispose]();
    throw error;
  }
}

/** What all playbooks say of what is known now. */
export function findingsOf(run: Run): readonly Finding[] {
  const hosts = reached(run);
  // Where no host was reached nothing can be changed, and what a silent host may hold is not the trouble.
  if (hosts.length === 0) return [];
  const others = hosts.flatMap(({ host, session }) =>
    session?.otherRun === undefined ? [] : [[session.otherRun, host.name] as const],
  );
  const runs = [...new Map(others.toReversed())].map(
    ([holder, host]): Finding => ({
      level: 'warn',
      code: 'other-run',
      host,
      message: `another run is at work (${holder}), so what is seen here may change any moment, and no other run can begin`,
      fix: ['wait until it has ended, and look again'],
    }),
  );
  return [...runs, ...once(run.options.playbooks.flatMap((playbook) => inspect(run, playbook)))];
}

/** What several playbooks say of one host in the same words is told once, as by the first. */
function once(findings: readonly Finding[]): readonly Finding[] {
  const told = new Set<string>();
  return findings.filter(({ host, message }) => {
    const words = `${host}: ${message}`;
    if (told.has(words)) return false;
    told.add(words);
    return true;
  });
}
