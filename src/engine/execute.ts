import pLimit from 'p-limit';
import { type Finding, Interrupted } from '../errors/index.ts';
import { lines, quote, sh } from '../shell/index.ts';
import type { HostFailure } from './plan.ts';
import { connect } from './prepare.ts';
import { reached } from './reach.ts';
import type { HostState } from './run.ts';
import { CommandFailed } from './run-command.ts';
import type { RunOptions } from './run-options.ts';
import type { Session } from './session.ts';

/** What became of a command on each host, by the names of the hosts. */
export interface Execution {
  readonly ok: readonly string[];
  /** It was not run to its end, or its exit code is not 0. */
  readonly failures: readonly HostFailure[];
  /** It was ended because the person said so. */
  readonly interrupted: readonly string[];
  readonly notBegun: readonly string[];
}

/**
 * Runs one command on the selected hosts: on many at a time, or (`rolling`) on one after the other, in the order of the inventory, up to the
 * first that fails. A rolling one is begun nowhere where a host cannot be reached. It takes no lock of the run.
 */
export async function execute(
  words: readonly string[],
  { rolling }: { readonly rolling: boolean },
  options: RunOptions,
): Promise<Execution> {
  const { inventory, selected, secrets, emit, stop, abort, patience, concurrency } = options;
  const hosts = inventory.hosts.filter(({ name }) => selected.has(name));
  await using run = await connect({ ...options, inventory: { ...inventory, hosts }, playbooks: [] });
  const hidden = lines([...secrets.values()].map((secret) => sh`${secret}`));
  const shown = hidden.mask(words.map(quote).join(' '));
  const ok: string[] = [];
  const interrupted: string[] = [];
  const notBegun: string[] = [];

  const runOn = async ({ host: { name }, session }: HostState) => {
    emit({ kind: 'command-started', host: name, command: shown });
    const start = performance.now();
    const exitCode = await (session as Session).command(words, {
      abort,
      patience: patience.stage,
      line: (stream, text) => emit({ kind: 'command-output', host: name, stream, line: hidden.mask(text) }),
    });
    const milliseconds = Math.round(performance.now() - start);
    emit({ kind: 'command-finished', host: name, exitCode, milliseconds });
    if (exitCode !== 0)
      throw new CommandFailed(
        words.map((word) => hidden.mask(word)),
        exitCode,
      );
    ok.push(name);
  };

  const ready = reached(run).toSorted((a, b) => hosts.indexOf(a.host) - hosts.indexOf(b.host));
  for (const finding of otherRuns(ready)) emit({ kind: 'finding', finding });
  const isOver = () => stop.aborted || (rolling && run.failures().length > 0);
  const limit = pLimit(rolling ? 1 : concurrency);
  await Promise.all(
    ready.map((state) =>
      limit(async () => {
        const { name } = state.host;
        if (isOver()) {
          notBegun.push(name);
          return;
        }
        await runOn(state).catch((error: unknown) => {
          if (error instanceof Interrupted) interrupted.push(name);
          else run.fail(name, error);
        });
      }),
    ),
  );
  return { ok, failures: run.failures(), interrupted, notBegun };
}

function otherRuns(states: readonly HostState[]): readonly Finding[] {
  return states.flatMap(({ host, session }): readonly Finding[] =>
    session?.otherRun === undefined
      ? []
      : [
          {
            level: 'warn',
            code: 'other-run',
            host: host.name,
            message: `a run is at work there (${session.otherRun}); it does not expect what this command changes`,
            fix: [],
          },
        ],
  );
}
