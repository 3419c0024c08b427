import { type Explanation, explains } from './explained.ts';
import type { Mutation } from './mutations.ts';
import type { Verdict } from './trial.ts';

export interface Counted {
  readonly mutation: Mutation;
  readonly verdict: Verdict | 'explained';
  /** The test that killed it, or why none can. */
  readonly by: string | undefined;
}

/** One mutation. What survives is shown as a change, so that a test can be written, or an explanation. */
export function line({ mutation, verdict, by }: Counted): string {
  const { file, line: at, kind, before, after } = mutation;
  const head = `${verdict}: ${file}:${at} ${kind}${by === undefined ? '' : ` (${by})`}`;
  return verdict === 'survived' ? `${head}\n  - ${before}\n  + ${after}` : head;
}

/** How many of those that compile were seen by a test, in all and by folder. */
export function summary(results: readonly Counted[]): string {
  const counts = results.filter(({ verdict }) => verdict !== 'does not compile');
  const folder = ({ mutation }: Counted) => mutation.file.split('/')[1] ?? '';
  const folders = [...new Set(counts.map(folder))].toSorted();
  const parts = folders.map((name) => `${name} ${share(counts.filter((one) => folder(one) === name))}`);
  const explained = counts.filter(({ verdict }) => verdict === 'explained').length;
  return `figure  mutations killed: ${share(counts)} (${parts.join(', ')}); ${explained} of the others explained; ${results.length - counts.length} did not compile`;
}

function share(counted: readonly Counted[]): string {
  const killed = counted.filter(({ verdict }) => verdict === 'killed' || verdict === 'timed out').length;
  return `${killed} of ${counted.length}`;
}

/** Explanations of mutations that the code has no longer. */
export function staleEntries(
  explained: readonly Explanation[],
  mutations: readonly Mutation[],
): readonly Explanation[] {
  return explained.filter((entry) => !mutations.some((mutation) => explains(entry, mutation)));
}
