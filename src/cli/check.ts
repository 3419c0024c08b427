import { type RunOptions, viewFor, type World } from '../engine/index.ts';
import { EXIT, Interrupted } from '../errors/index.ts';
import { checkOutside, ENOUGH, type FrontAnswer, isOpenRelay, type OutsideCheck } from '../outside/index.ts';
import { frontProblems } from '../render/index.ts';
import type { CheckOptions } from './actions.ts';
import { deny, whileConnected } from './connected.ts';
import { forPlaybooks } from './read-secrets.ts';
import type { SetUp } from './set-up.ts';

/**
 * The mail servers as this machine sees them, which has no part in the swarm. Greylisting is no failure of theirs, so with
 * `--no-wait` it is said, and changes no exit code; it is a failure where it does not end.
 */
export function check(file: string, options: CheckOptions): Promise<number> {
  return whileConnected(file, options, forPlaybooks, async ({ run, verb, view }) => {
    const { playbook, verb: outside } = verb('check', (each) => each.check);
    const wanted = outside(view(playbook));
    if (wanted === undefined) throw deny({ denied: 'the inventory deploys no mail stack' });
    const fronts = await look(wanted, run, options.wait ? ENOUGH : 0);
    if (fronts.some(isOpenRelay)) return EXIT.refused;
    if (run.stop.aborted) throw new Interrupted();
    return fronts.some((front) => frontProblems(front).length > 0) ? EXIT.failed : undefined;
  });
}

/**
 * After a run: what it changed is looked at from outside. An open relay is an error; what this machine cannot reach, as
 * port 25 in many networks, is only said. So is greylisting: no run gets minutes longer by it.
 *
 * @returns the exit code where the run must not count as done.
 */
export async function checkAfterRun(
  world: World,
  { run }: SetUp,
  changed: ReadonlySet<string>,
): Promise<number | undefined> {
  const checks = world.playbooks
    .filter(({ name }) => changed.has(name))
    .flatMap((playbook) => playbook.check?.(viewFor(world, playbook, run.onHost)) ?? []);
  let code: number | undefined;
  for (const wanted of checks) if ((await look(wanted, run, 0)).some(isOpenRelay)) code = EXIT.refused;
  return code;
}

/** `greylisting`: seconds to wait for it. */
async function look(
  wanted: OutsideCheck,
  { emit, stop }: RunOptions,
  greylisting: number,
): Promise<readonly FrontAnswer[]> {
  emit({ kind: 'outside-started', hosts: wanted.fronts.map(({ host }) => host) });
  const tell = (host: string, reason: string) => emit({ kind: 'outside-waiting', host, reason });
  const fronts = await checkOutside(wanted, { greylisting, tell, stop });
  emit({ kind: 'outside', fronts });
  return fronts;
}
