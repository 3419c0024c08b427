import type { Finding } from '../errors/index.ts';
import type { Playbook } from '../playbook/index.ts';
import { clusterNow } from './cluster-now.ts';
import { everyHost, reached } from './reach.ts';
import type { Run } from './run.ts';
import { NOTHING, secretOf } from './sections.ts';

/** What the facts show a playbook to be wrong. It is given no secrets: `provision status`, which inspects too, reads none. */
export function inspect(run: Run, playbook: Playbook): readonly Finding[] {
  return playbook.inspect({ ...clusterNow(run, playbook), secret: secretOf(NOTHING.secrets) });
}

/**
 * What a playbook refuses when its turn comes. On a bare host not all is known that it inspects before a run: Docker's
 * networks are there only after Docker. All are asked again before something is refused, and only then: others have been changed
 * since they were looked at, and what was begun on one may still have been coming about. `undefined`: nothing is refused.
 */
export async function refusalsByNow(run: Run, playbook: Playbook): Promise<readonly Finding[] | undefined> {
  const refusals = () => inspect(run, playbook).filter(({ level }) => level === 'refuse');
  if (refusals().length === 0) return;
  await everyHost(run, reached(run), (state) => run.gather(state, [playbook]));
  return refusals();
}
