import { type Finding, ProvisionError } from '../errors/index.ts';
import type { Ref, Resolve } from '../resource/index.ts';
import type { BuiltStage } from './built-stage.ts';
import { type Judged, judge, needsWork } from './judge.ts';
import type { Run } from './run.ts';

/** Answers references from what was last seen: no host is asked for another's sake. */
export function resolver(run: Run, built: readonly BuiltStage[]): Resolve {
  return (ref) => {
    const value = putOut(ref, run, built);
    if (value === undefined) throw new Unresolved(ref);
    return value;
  };
}

/** What a reference names is not there yet. */
export class Unresolved extends ProvisionError {
  constructor({ resource, host }: Ref) {
    super(`this needs \`${resource}\` of ${host}, which is not known`, {
      code: 'unresolved',
      fix: [`look at what is said of ${host}, and run again`],
    });
  }
}

function putOut<T>(ref: Ref<T>, run: Run, built: readonly BuiltStage[]): T | undefined {
  const { outputs } = run.state(ref.host);
  const resource = built
    .flatMap(({ resources }) => resources.get(ref.host) ?? [])
    .find(({ id }) => id === ref.resource);
  const verdict = resource && judge(resource, outputs, { paths: new Set() });
  return verdict?.state === 'observed' ? ref.pick(verdict.output) : undefined;
}

/** What a host's work waits for that is not there yet, on hosts that this run does not change: it would wait for ever. */
export function leftOut(
  host: string,
  work: readonly Judged[],
  run: Run,
  built: readonly BuiltStage[],
): readonly Finding[] {
  return work.filter(needsWork).flatMap(({ resource }) =>
    resource.refs
      .filter((ref) => !run.options.selected.has(ref.host) && putOut(ref, run, built) === undefined)
      .map((ref) => ({
        level: 'refuse' as const,
        code: 'left-out',
        host,
        message: `\`${resource.id}\` needs \`${ref.resource}\` of ${ref.host} first, and --limit leaves ${ref.host} out`,
        fix: [`run without --limit, or with ${ref.host} in it`],
      })),
  );
}
