import type { Finding } from '../errors/index.ts';
import type { Playbook } from '../playbook/index.ts';
import { everyHost, reached } from './reach.ts';
import type { RunOptions } from './run.ts';
import { inspect } from './view.ts';
import type { World } from './world.ts';

/**
 * What a playbook refuses when its turn comes. On a bare host not all is known that it inspects before a run: Docker's
 * networks are there only after Docker. A host that was changed has been looked at since; the others are asked again only
 * before something is refused, so that one with nothing to do costs nothing. `undefined`: nothing is refused.
 */
export async function refusalsByNow(
  world: World,
  playbook: Playbook,
  options: RunOptions,
): Promise<readonly Finding[] | undefined> {
  const refusals = () => inspect(world, playbook, options.onHost).filter(({ level }) => level === 'refuse');
  if (refusals().length === 0) return;
  const stale = reached(world).filter((state) => world.isStale(state));
  await everyHost(options, world, stale, (state) => world.gather(state));
  return refusals();
}
