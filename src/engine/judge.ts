import type { Output, Pending, Refusal, Resource } from '../resource/index.ts';
import { ProbeError, Refusal as RefusalError } from '../resource/index.ts';
import type { Judgement } from '../resource/resource.ts';
import type { BuiltStage } from './built-stage.ts';

/** What comes of comparing a resource with its host's answer. */
export type Verdict =
  | Judgement
  /** Its question has not been put to the host yet. */
  | { readonly state: 'unasked' }
  | { readonly state: 'refused'; readonly refusal: Refusal }
  | { readonly state: 'failed'; readonly error: ProbeError };

export interface Judged {
  readonly resource: Resource;
  readonly verdict: Verdict;
}

/** Compares a host's resources, stage by stage from `from` on, with its answers. Pure. */
export function judgeHost(
  built: readonly BuiltStage[],
  host: string,
  outputs: ReadonlyMap<string, Output>,
  from = 0,
): readonly (readonly Judged[])[] {
  const paths = new Set<string>();
  return built.map(({ resources }, index) =>
    index < from
      ? []
      : (resources.get(host) ?? []).map((resource) => {
          const verdict = judge(resource, outputs, { paths });
          if (verdict.state === 'observed') for (const path of verdict.writes) paths.add(path);
          return { resource, verdict };
        }),
  );
}

export function judge(resource: Resource, outputs: ReadonlyMap<string, Output>, pending: Pending): Verdict {
  const output = outputs.get(resource.probe.reveal());
  if (output === undefined) return { state: 'unasked' };
  try {
    return resource.judge(output, pending);
  } catch (error) {
    if (error instanceof RefusalError) return { state: 'refused', refusal: error };
    if (error instanceof ProbeError) return { state: 'failed', error };
    throw error;
  }
}

/** Whether a stage has anything to do with this resource: to change it, or to look again. */
export function needsWork({ verdict }: Judged): boolean {
  return verdict.state !== 'observed' || verdict.changes.length > 0;
}
