import { stringify } from 'yaml';
import { factsByName } from '../engine/index.ts';
import type { CommonOptions } from './actions.ts';
import { type Connected, whileConnected } from './connected.ts';
import { printedJson } from './printed.ts';
import { readHosts } from './project.ts';
import { forLogins } from './read-secrets.ts';

/** What is known of each host, as playbooks get it. */
export function facts(file: string, options: CommonOptions): Promise<number> {
  return whileConnected(file, options, forLogins, print, readHosts);
}

async function print({ screen, renderer, run }: Connected): Promise<undefined> {
  await renderer.close();
  const known = [...run.states.values()]
    .filter(({ host }) => run.options.selected.has(host.name))
    .map(({ host, facts }) => ({ host: host.name, facts: facts && factsByName(facts) }));
  if (screen.form === 'json')
    for (const { host, facts } of known)
      screen.out(printedJson({ kind: 'facts', host, facts: facts ?? null }));
  else
    screen.out(
      stringify(Object.fromEntries(known.map(({ host, facts }) => [host, facts ?? 'not reached'])), {
        aliasDuplicateObjects: false,
      }),
    );
}
