import pLimit from 'p-limit';
import { Interrupted } from '../errors/index.ts';
import type { HostState, Run } from './run.ts';

/** The hosts that have told their facts and have not failed since. */
export function reached(run: Run): readonly HostState[] {
  return [...run.states.values()].filter(({ facts }) => facts !== undefined);
}

/** Does the same on many hosts at a time, by default on as many as the run may. One that fails is noted; the others go on to their end. */
export async function everyHost(
  run: Run,
  states: readonly HostState[],
  work: (state: HostState) => Promise<void>,
  { concurrency = run.options.concurrency }: { readonly concurrency?: number } = {},
): Promise<void> {
  const { stop, abort } = run.options;
  const limit = pLimit(concurrency);
  await Promise.all(
    states.map((state) =>
      limit(async () => {
        if (stop.aborted) return;
        await work(state).catch((error: unknown) => {
          if (abort.aborted) throw new Interrupted();
          if (error instanceof Interrupted) return;
          run.fail(state.host.name, error);
        });
      }),
    ),
  );
}
