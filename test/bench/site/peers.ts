import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, trusting } from '../../lab/harness.ts';
import type { LabNode } from '../../lab/node.ts';
import { paths } from '../../lab/state.ts';
import type { Command } from '../measure.ts';
import { oneSshEach } from '../peers/ssh.ts';
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

function ssh({ folder, nodes, asked }: OnNodes, name: string, scriptOf: (asked: Asked) => string): Command {
  const own = join(folder, name);
  mkdirSync(own);
  const hosts = nodes.map((node) => ({ name: node.name, address: node.address, port: 22 }));
  const site = { hosts, folder: own, identity: paths.identity, knownHosts: join(folder, 'known_hosts') };
  return oneSshEach(site, (host) => {
    const all = asked.get(host.name);
    if (all === undefined) throw new Error(`nothing was asked of ${host.name}`);
    return scriptOf(all);
  });
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
      command: ssh(on, 'own', ({ sent }) => oneAfterTheOther(sent)),
      saysNothingToDo: (stdout) => stdout.length > 1000,
    },
    {
      name: 'ssh, all asked once',
      command: ssh(on, 'once', ({ once }) => once),
      saysNothingToDo: (stdout) => stdout.length > 1000,
    },
  ];
}
