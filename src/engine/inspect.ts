import type { Finding } from '../errors/index.ts';
import type { Playbook } from '../playbook/index.ts';
import { everyHost, reached } from './reach.ts';
import type { RunOptions } from './run.ts';
import { inspect } from './view.ts';
import type { World } from './world.ts';

/**
 * What a playbook refuses when its turn comes. On a bare host not all is known that it inspects before a run: Docker's
 * networks are there only after Docker. All are asked again before something is refused, and only then: others have been changed
 * since they were looked at, and what was begun on one may still have been coming about. `undefined`: nothing is refused.
 */
export async function refusalsByNow(
  world: World,
  playbook: Playbook,
  options: RunOptions,
): Promise<readonly Finding[] | undefined> {
  const refusals = () => inspect(world, playbook, options.onHost).filter(({ level }) => level === 'refuse');
  if (refusals().length === 0) return;
  await everyHost(options, world, reached(world), (state) => world.gather(state));
  return refusals();
}
