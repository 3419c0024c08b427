import pLimit from 'p-limit';
import { Interrupted } from '../errors/index.ts';
import type { RunOptions } from './run.ts';
import type { HostState, World } from './world.ts';

/** The hosts that have told their facts and have not failed since. */
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
