import { clusterNow } from '../engine/index.ts';
import { isDenied, type LogRequest } from '../playbook/index.ts';
import { cleanText } from '../render/index.ts';
import type { LogOptions } from './actions.ts';
import { deny, whileConnected } from './connected.ts';
import { forLogins } from './read-secrets.ts';

/** What the tasks of a service have printed, from all nodes. */
export function logs(file: string, service: string, options: LogOptions): Promise<number> {
  const { tail, follow = false, since } = options;
  const request: LogRequest = { service, tail, follow, since };
  return whileConnected(file, options, forLogins, async ({ screen, renderer, run, session, verb }) => {
    const { playbook, verb: ask } = verb('logs', (each) => each.logs);
    const command = ask(clusterNow(run, playbook), request);
    await renderer.close();
    if (isDenied(command)) throw deny(command);
    // A file or a pipe gets what was printed, byte by byte.
    const shown = process.stdout.isTTY === true ? (text: string) => screen.out(cleanText(text)) : screen.out;
    const showing = session(command.host).show(command.script, shown);
    // What is followed has no end of its own: the first Ctrl-C is it.
    const stopped = new Promise<number>((resolve) =>
      run.options.stop.addEventListener('abort', () => resolve(0), { once: true }),
    );
    const code = await (follow ? Promise.race([showing, stopped]) : showing);
    showing.catch(() => undefined);
    return code === 0 ? undefined : 2;
  });
}
