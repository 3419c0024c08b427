import { execute, exitCodeOf } from '../engine/index.ts';
import { EXIT, Interrupted } from '../errors/index.ts';
import type { ExecOptions } from './actions.ts';
import { logged } from './logged.ts';
import { readHosts } from './project.ts';
import { forLogins, readableSecrets } from './read-secrets.ts';
import { setUp } from './set-up.ts';

/** Runs a person's command on the hosts, and says what became of it. */
export async function exec(file: string, words: readonly string[], options: ExecOptions): Promise<number> {
  // Lines of hosts have no place in a display that changes in place.
  const output = options.output === 'json' ? 'json' : 'plain';
  const prepared = await setUp(file, { ...options, output }, forLogins, readHosts);
  return logged(prepared, async ({ runOptions, renderer, screen, release }) => {
    try {
      const { found: secrets, unread } = await readableSecrets(
        runOptions.inventory,
        runOptions.playbooks,
        runOptions.secrets,
        process.env,
      );
      if (unread.length > 0)
        screen.err(`Not masked in what follows, for they cannot be read here: ${unread.join(', ')}\n`);
      const emit: typeof runOptions.emit = (event) => {
        if (event.kind !== 'run-started' || output === 'json') runOptions.emit(event);
      };
      const { ok, failures, interrupted, notBegun } = await execute(
        words,
        { rolling: options.rolling === true },
        { ...runOptions, secrets, emit },
      );
      await renderer.close();
      const failed = [...new Set(failures.map(({ host }) => host))];
      const parts: readonly (readonly [string, readonly string[]])[] = [
        ['ok on', ok],
        ['failed on', failed],
        ['interrupted on', interrupted],
        ['not begun on', notBegun],
      ];
      const told = parts.filter(([, hosts]) => hosts.length > 0);
      screen.err(`${told.map(([what, hosts]) => `${what} ${hosts.join(', ')}`).join('; ')}\n`);
      return (
        exitCodeOf(failures) ??
        (runOptions.stop.aborted && interrupted.length + notBegun.length > 0 ? EXIT.interrupted : EXIT.done)
      );
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      screen.err('interrupted before it was begun\n');
      return EXIT.interrupted;
    } finally {
      await renderer.close();
      release();
    }
  });
}
