import { clusterOf } from '../engine/index.ts';
import type { CommonOptions } from './actions.ts';
import type { Names } from './completion/index.ts';
import { stageNames } from './only-stages.ts';
import { type Project, readHosts } from './project.ts';

/** Names of an inventory for a shell to complete with, one a line. Connects to nothing. */
export async function names(what: Names, file: string, options: CommonOptions): Promise<number> {
  const project = await readHosts(file, options.playbook);
  process.stdout.write(
    OF[what](project)
      .map((name) => `${name}\n`)
      .join(''),
  );
  return 0;
}

const OF: Readonly<Record<Names, (project: Project) => readonly string[]>> = {
  hosts: ({ inventory }) => [
    ...inventory.hosts.map(({ name }) => name),
    ...[...inventory.groups.keys()].map((name) => `@${name}`),
  ],
  stages: ({ playbooks }) => stageNames(playbooks),
  services: ({ inventory, playbooks }) =>
    playbooks.flatMap((playbook) => playbook.services(clusterOf(inventory, playbook))),
};
