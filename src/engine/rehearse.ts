import { ProbeError, Refusal, type Resolve, WrongAnswer } from '../resource/index.ts';
import type { BuiltStage } from './built-stage.ts';
import type { Judged } from './judge.ts';
import { Unresolved } from './resolve.ts';

/**
 * Makes the commands of a change without running one, so that what its kind does wrong there is told before anything is changed. What
 * waits for another resource cannot be made yet.
 */
export function rehearsed(judged: Judged, resolve: Resolve): Judged {
  const { resource, verdict } = judged;
  if (verdict.state !== 'observed') return judged;
  try {
    verdict.steps(resolve);
    return judged;
  } catch (error) {
    if (error instanceof Unresolved) return judged;
    if (error instanceof Refusal) return { resource, verdict: { state: 'refused', refusal: error } };
    if (error instanceof ProbeError) return { resource, verdict: { state: 'failed', error } };
    throw error;
  }
}

/**
 * Makes the gates of a host that has its turn, and asks nobody.
 *
 * @throws WrongAnswer where what comes of it is no gate. What else is thrown may be right by now: a gate may need what the stages
 * before it have made.
 */
export function rehearseGates({ stage, cluster }: BuiltStage, name: string): void {
  const host = cluster.hosts.find((one) => one.name === name) as never;
  for (const when of ['before', 'after'] as const) {
    try {
      stage.rolling?.[when]?.(host, cluster);
    } catch (error) {
      if (error instanceof WrongAnswer) throw error;
    }
  }
}
