import { ProvisionError } from '../errors/index.ts';
import type { Ref, Resolve } from '../resource/index.ts';
import type { BuiltStage } from './build.ts';
import { judge } from './judge.ts';
import type { World } from './world.ts';

/** Answers references from what was last seen: no host is asked for another's sake. */
export function resolver(world: World, built: readonly BuiltStage[]): Resolve {
  return <T>(ref: Ref<T>): T => {
    const { outputs } = world.state(ref.host);
    const resource = built
      .flatMap(({ resources }) => resources.get(ref.host) ?? [])
      .find(({ id }) => id === ref.resource);
    const verdict = resource && judge(resource, outputs, { paths: new Set() });
    if (verdict?.state !== 'observed')
      throw new ProvisionError(`this needs \`${ref.resource}\` of ${ref.host}, which is not known`, {
        code: 'unresolved',
        exit: 2,
        fix: [`run without --limit, or with ${ref.host} in it`],
      });
    return ref.pick(verdict.output);
  };
}
