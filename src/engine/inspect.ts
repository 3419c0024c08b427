import type { Finding } from '../errors/index.ts';
import type { Playbook } from '../playbook/index.ts';
import { everyHost, reached } from './prepare.ts';
import type { RunOptions } from './run.ts';
import { viewFor } from './view.ts';
import type { World } from './world.ts';

/**
 * What a playbook refuses when its turn comes. On a bare host not all is known that it inspects before a run: Docker's
 * networks are there only after Docker. Hosts that were seen before the last change are looked at first.
 */
export async function refusalsByNow(
  world: World,
  playbook: Playbook,
  options: RunOptions,
): Promise<readonly Finding[]> {
  const stale = reached(world).filter((state) => world.isStale(state));
  await everyHost(options, world, stale, (state) => world.gather(state));
  return playbook.inspect(viewFor(world, playbook, options.onHost)).filter(({ level }) => level === 'refuse');
}
