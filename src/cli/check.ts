import { clusterNow, type Run, type RunOptions } from '../engine/index.ts';
import { EXIT, Interrupted } from '../errors/index.ts';
import { isDenied, type OutsideAnswer, type OutsideCheck } from '../playbook/index.ts';
import type { CheckOptions } from './actions.ts';
import { deny, whileConnected } from './connected.ts';
import { forPlaybooks } from './read-secrets.ts';

/** What was made, as this machine sees it, which has no part in the swarm. `--no-wait`: what only takes time is a note, and changes no exit code. */
export function check(file: string, options: CheckOptions): Promise<number> {
  return whileConnected(file, options, forPlaybooks, async ({ run, runOptions, verb }) => {
    const { playbook, verb: outside } = verb('check', (each) => each.check);
    const wanted = outside(clusterNow(run, playbook));
    if (isDenied(wanted)) throw deny(wanted);
    const answers = await look(wanted, runOptions, options.wait);
    if (answers.some(({ harmful }) => harmful)) return EXIT.refused;
    if (runOptions.stop.aborted) throw new Interrupted();
    return answers.some(({ problems }) => problems.length > 0) ? EXIT.failed : undefined;
  });
}

/**
 * After a run: what it changed is looked at from outside. What harms others, as an open relay does, is an error; what this machine
 * cannot reach, as port 25 in many networks, is only said. So is what has to be waited for: no run gets minutes longer by it.
 *
 * @returns the exit code where the run must not count as done.
 */
export async function checkAfterRun(run: Run, changed: ReadonlySet<string>): Promise<number | undefined> {
  const checks = run.options.playbooks
    .filter(({ name }) => changed.has(name))
    .flatMap((playbook) => playbook.check?.(clusterNow(run, playbook)) ?? [])
    .flatMap((wanted) => (isDenied(wanted) ? [] : [wanted]));
  let code: number | undefined;
  for (const wanted of checks)
    if ((await look(wanted, run.options, false)).some(({ harmful }) => harmful)) code = EXIT.refused;
  return code;
}

async function look(
  wanted: OutsideCheck,
  { emit, stop }: RunOptions,
  waits: boolean,
): Promise<readonly OutsideAnswer[]> {
  emit({ kind: 'outside-started', hosts: wanted.hosts });
  const tell = (host: string, reason: string) => emit({ kind: 'outside-waiting', host, reason });
  const fronts = await wanted.look({ waits, tell, stop });
  emit({ kind: 'outside', fronts });
  return fronts;
}
