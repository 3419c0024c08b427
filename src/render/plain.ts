import { errorText, findingText } from './error-text.ts';
import { outsideText } from './outside-text.ts';
import { recapText } from './recap.ts';
import { dispatch, type Handlers, type Renderer, type Write } from './renderer.ts';
import type { Style } from './style.ts';

/** A line for each thing that a reader of a log wants to know. `verbose` adds what the commands print. */
export function plainRenderer(progress: Write, result: Write, c: Style, verbose: boolean): Renderer {
  const say = (line: string) => progress(`${line}\n`);
  const silent = () => undefined;
  const handlers: Handlers = {
    'run-started': ({ hosts }) => say(`looking at ${hosts.join(', ')}`),
    'host-connected': silent,
    'host-failed': ({ host, error }) => errorText(host, error, c).forEach(say),
    exec: ({ host, purpose, milliseconds }) => {
      if (verbose) say(`${host} │ ${purpose} took ${milliseconds} ms`);
    },
    finding: ({ finding }) => findingText(finding, c).forEach(say),
    planned: silent,
    locking: silent,
    locked: silent,
    'stage-started': ({ playbook, stage, hosts }) =>
      say(`${c.bold(`==> ${playbook}/${stage}`)} on ${hosts.join(', ')}`),
    'step-started': ({ host, title }) => say(`${host} │ ${title}`),
    'step-output': ({ host, line }) => {
      if (verbose) say(`${host} │   ${c.dim(line)}`);
    },
    changed: ({ host, resource, changes }) =>
      say(`${host} │ ${c.green('changed')} ${resource}: ${changes.map(({ field }) => field).join(', ')}`),
    'gate-waiting': ({ host, title, reason }) => say(`${host} │ waiting until ${title}: ${reason}`),
    settling: ({ host, progress }) => {
      for (const line of progress) say(`${host} │ ${line}`);
    },
    'stage-finished': silent,
    'run-finished': (event) => {
      for (const line of recapText(event, c)) result(`${line}\n`);
    },
    'command-started': silent,
    'command-output': ({ host, stream, line }) =>
      (stream === 'stdout' ? result : progress)(`${host} │ ${line}\n`),
    'command-finished': silent,
    'outside-started': ({ hosts }) => say(`looking from outside at ${hosts.join(', ')}`),
    'outside-waiting': ({ host, reason }) => say(`${host} │ ${reason}`),
    outside: ({ fronts }) => result(`${outsideText(fronts, c).join('\n')}\n`),
  };
  return { handle: dispatch(handlers), close: async () => undefined };
}
