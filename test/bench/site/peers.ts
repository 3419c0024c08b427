import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, trusting } from '../../lab/harness.ts';
import type { LabNode } from '../../lab/node.ts';
import { paths } from '../../lab/state.ts';
import type { Command } from '../measure.ts';
import type { Asked } from './asked.ts';

/** Something that looks at the whole site, or runs over it, where nothing is to be done. */
export interface SitePeer {
  readonly name: string;
  readonly command: Command;
  saysNothingToDo(stdout: string): boolean;
}

/** The command as a person types it, with a folder of its own for the logs of runs. */
export function provision(folder: string, ...words: readonly string[]): Command {
  return {
    argv: ['node', 'bin/provision.js', ...words],
    cwd: ROOT,
    env: { ...trusting(), XDG_STATE_HOME: folder },
  };
}

interface OnNodes {
  readonly folder: string;
  readonly nodes: readonly LabNode[];
  readonly asked: ReadonlyMap<string, Asked>;
}

/** One `ssh` a host as root, all at once, each with a script on its stdin. */
function oneSshEach(
  { folder, nodes, asked }: OnNodes,
  name: string,
  script: (asked: Asked) => string,
): Command {
  const lines = nodes.map((node) => {
    const file = join(folder, `${name}-${node.name}.sh`);
    const own = asked.get(node.name);
    if (own === undefined) throw new Error(`nothing was asked of ${node.name}`);
    writeFileSync(file, script(own), { mode: 0o600 });
    return `ssh -F /dev/null -i ${paths.identity} -o UserKnownHostsFile=${join(folder, 'known_hosts')} -o BatchMode=yes -o StrictHostKeyChecking=accept-new root@${node.address} /bin/sh -s <${file} &`;
  });
  const all = join(folder, `${name}.sh`);
  writeFileSync(all, `${lines.join('\n')}\nwait\n`);
  return { argv: ['sh', all] };
}

/** Each script ends its shell: in shells of their own they follow each other. */
const oneAfterTheOther = (scripts: readonly string[]) => scripts.map((text) => `(\n${text}\n)\n`).join('');

export function sitePeers(file: string, on: OnNodes): readonly SitePeer[] {
  const isQuiet = (stdout: string) => stdout.includes('No changes');
  return [
    {
      name: 'provision, a run',
      command: provision(on.folder, file, '--yes'),
      saysNothingToDo: isQuiet,
    },
    { name: 'provision plan', command: provision(on.folder, 'plan', file), saysNothingToDo: isQuiet },
    { name: 'provision status', command: provision(on.folder, 'status', file), saysNothingToDo: () => true },
    {
      name: 'ssh, our own scripts',
      command: oneSshEach(on, 'own', ({ sent }) => oneAfterTheOther(sent)),
      saysNothingToDo: (stdout) => stdout.length > 1000,
    },
    {
      name: 'ssh, all asked once',
      command: oneSshEach(on, 'once', ({ once }) => once),
      saysNothingToDo: (stdout) => stdout.length > 1000,
    },
  ];
}
