import type { BuiltStage } from './built-stage.ts';
import { judgeHost, needsWork } from './judge.ts';
import type { HostState, Run } from './run.ts';

/**
 * Looks at a host for a stage and for those after it, up to the next that seems to have work there: that one will change the host, so
 * what comes later has to be looked at after it in any case.
 */
export async function lookAhead(
  run: Run,
  state: HostState,
  built: readonly BuiltStage[],
  index: number,
): Promise<void> {
  const later = judgeHost(built, state.host.name, state.outputs, index + 1);
  const next = later.findIndex((judged) => judged.some(needsWork));
  await run.observe(state, built, { from: index, to: next === -1 ? built.length : next });
}
