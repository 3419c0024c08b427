import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../errors/index.ts';
import type { Resource } from '../resource/index.ts';
import { NotSettled } from './failures.ts';
import type { Judged } from './judge.ts';
import type { HostState, Run } from './run.ts';

/** Milliseconds between two questions. */
const PAUSE = 2000;

/**
 * Asks the resources that were changed again until none of them goes on by itself any more. Each has its own time.
 *
 * @returns whether anything went on: what else was seen of the host before is then old.
 * @throws NotSettled where one says that it will not come about, or has not in its time.
 */
export async function settle(
  state: HostState,
  changed: ReadonlySet<Resource>,
  judge: () => readonly Judged[],
  run: Run,
): Promise<boolean> {
  const { emit, stop, abort } = run.options;
  const start = performance.now();
  const shown = new Map<string, string>();
  let waited = false;
  for (;;) {
    const judged = judge();
    const going = judged.flatMap(({ resource, verdict }) =>
      changed.has(resource) && verdict.state === 'observed' && verdict.settling !== undefined
        ? [{ resource, ...verdict.settling }]
        : [],
    );
    if (going.length === 0) return waited;
    const seconds = Math.round((performance.now() - start) / 1000);
    for (const { resource, progress, patience, failed, details = [] } of going) {
      if (failed !== undefined) throw new NotSettled(resource.id, failed, details);
      if (seconds > patience)
        throw new NotSettled(resource.id, `${progress.join('; ')}, after ${seconds} s`, details);
      const text = progress.join('\n');
      if (shown.get(resource.id) !== text)
        emit({ kind: 'settling', host: state.host.name, resource: resource.id, progress });
      shown.set(resource.id, text);
    }
    if (stop.aborted) throw new Interrupted();
    waited = true;
    await sleep(PAUSE, undefined, { signal: abort });
    await run.askAgain(
      state,
      going.map(({ resource }) => resource),
    );
  }
}
