import { clusterNow, RunLock } from '../engine/index.ts';
import { isDenied } from '../playbook/index.ts';
import type { RemoveOptions } from './actions.ts';
import { deny, whileConnectedAndLogged } from './connected.ts';
import { consent } from './consent.ts';
import { printedJson } from './printed.ts';
import { forLogins } from './read-secrets.ts';

/** Takes the stack away, and says before what goes and what stays. */
export function removeStack(file: string, options: RemoveOptions): Promise<number> {
  return whileConnectedAndLogged(
    file,
    options,
    forLogins,
    async ({ screen, renderer, session, verb, run }) => {
      const { playbook, verb: remove } = verb('remove-stack', (each) => each.removeStack);
      // What goes is told by a look with the hosts in hand, and they are kept while the person is asked.
      await using lock = await RunLock.take(run, ({ probes }) => run.look([], probes));
      await lock.look(run);
      const removal = remove(clusterNow(run, playbook));
      await renderer.close();
      if (isDenied(removal)) throw deny(removal);
      const { host, goes, stays, steps } = removal;
      const list = (lines: readonly string[]) => lines.map((line) => `  ${line}\n`).join('');
      const say = screen.form === 'json' ? screen.err : screen.out;
      say(`Goes:\n${list(goes)}Stays:\n${list(stays)}`);
      if (options.yes !== true && !(await consent('Remove it?', run.options.stop))) {
        screen.err('Nothing was removed.\n');
        return 0;
      }
      const [lost] = lock.lost(run);
      if (lost !== undefined) throw run.state(lost).errors[0];
      await session(host).change(
        steps.map((step) => ({ resource: 'remove-stack', origin: undefined, step })),
      );
      if (screen.form === 'json') screen.out(printedJson({ kind: 'removed', goes, stays }));
      else screen.out('Removed. The next run deploys it again.\n');
      return undefined;
    },
  );
}
