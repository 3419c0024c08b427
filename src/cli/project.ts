import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusterOf, tryStages } from '../engine/index.ts';
import { ConfigError, type Problem, ProvisionError } from '../errors/index.ts';
import * as provision from '../index.ts';
import {
  type Inventory,
  loadInventory,
  problemsIn,
  type Section,
  type SourceDocument,
} from '../inventory/index.ts';
import {
  checkImports,
  loadPlaybooks,
  oneOfEachName,
  type Playbook,
  type Provided,
} from '../playbook/index.ts';

const PLAYBOOKS = resolve(dirname(fileURLToPath(import.meta.url)), '../../playbooks');
const SITE = resolve(PLAYBOOKS, 'site.ts');

/** An inventory and the playbooks that run over it. */
export interface Project {
  readonly inventory: Inventory;
  readonly playbooks: readonly Playbook[];
  readonly source: SourceDocument;
}

export interface Playbooks {
  /** Those that run. */
  readonly run: readonly Playbook[];
  /** Sections that an inventory may have: also those of the site's playbooks, where others run. */
  readonly sections: readonly Section[];
}

export async function readPlaybooks(files: readonly string[] | undefined): Promise<Playbooks> {
  // Its name on the registry, and that of the command, by which it was called before.
  const provided = {
    modules: { 'provision-swarm': provision, provision, zod: await import('zod') },
    folders: { 'provision-swarm/playbooks': PLAYBOOKS, 'provision/playbooks': PLAYBOOKS },
  };
  const site = await loadPlaybooks(SITE, provided);
  if (files === undefined) return { run: site, sections: site };
  const paths = files.map((file) => resolve(file));
  await checkAllImports(paths, provided);
  const run = (await Promise.all(paths.map((path) => loadPlaybooks(path, provided)))).flat();
  oneOfEachName(run);
  const own = new Set(run.map(({ name }) => name));
  return { run, sections: [...run, ...site.filter(({ name }) => !own.has(name))] };
}

async function checkAllImports(paths: readonly string[], provided: Provided): Promise<void> {
  const problems: Problem[] = [];
  for (const path of paths)
    await checkImports(path, provided).catch((error: unknown) => {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    });
  if (problems.length > 0) throw new ConfigError(problems);
}

/** How a command reads its inventory. @throws ConfigError with every mistake at once. Nothing has been connected. */
export type ReadProject = (file: string, playbookFiles: readonly string[] | undefined) => Promise<Project>;

/** For what makes hosts what the inventory says, or asks whether they are that: without a mistake in either. */
export const readProject: ReadProject = async (file, playbookFiles) =>
  readText(...(await texts(file, playbookFiles)));

/** For what is about hosts alone: what is written is right, and what a playbook would need beside it may be missing. */
export const readHosts: ReadProject = async (file, playbookFiles) =>
  loaded(...(await texts(file, playbookFiles)));

/** The whole of a text that may not be in its file yet. */
export function readText(text: string, file: string, playbooks: Playbooks): Project {
  const project = loaded(text, file, playbooks);
  const { inventory, source } = project;
  const further = problemsIn(
    source,
    playbooks.run.flatMap((playbook) => playbook.validate(clusterOf(inventory, playbook))),
  );
  if (further.length > 0) throw new ConfigError(further);
  tryStages(inventory, playbooks.run);
  return project;
}

function loaded(text: string, file: string, { run, sections }: Playbooks): Project {
  const { inventory, problems, source } = loadInventory(text, file, sections);
  if (inventory === undefined) throw new ConfigError(problems);
  return { inventory, playbooks: run, source };
}

function texts(
  file: string,
  playbookFiles: readonly string[] | undefined,
): Promise<readonly [text: string, file: string, Playbooks]> {
  return Promise.all([readInventory(file), file, readPlaybooks(playbookFiles)]);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder; name the file in it',
  EACCES: 'you may not read it',
};

async function readInventory(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = REASONS[error.code ?? ''] ?? error.code ?? error.message;
    throw new ProvisionError(`${file}: cannot be read: ${reason}`, {
      code: 'inventory',
      cause: error,
    });
  });
}
