import { ConfigError, Interrupted } from '../errors/index.ts';
import {
  type Inventory,
  inventoryPath,
  SecretName,
  type SourceDocument,
  secretNamesIn,
} from '../inventory/index.ts';
import type { Playbook } from '../playbook/index.ts';
import { type Source, secretReader } from '../secrets/index.ts';
import type { Secret } from '../shell/index.ts';
import { meansOf } from './means.ts';

/** Which secrets a command needs: it reads no others, so that nobody is asked, and nothing missed, for nothing. */
export type Needs = (inventory: Inventory, playbooks: readonly Playbook[]) => readonly SecretName[];

export const forLogins: Needs = ({ hosts }) =>
  hosts
    .flatMap(({ ssh }) => [ssh.sudoPassword, ssh.password])
    .filter((name) => name !== undefined)
    .map((name) => new SecretName(name));

/** Also what the sections of the playbooks name. */
export const forPlaybooks: Needs = (inventory, playbooks) => [
  ...forLogins(inventory, playbooks),
  ...playbooks
    .flatMap(({ name }) => {
      const section = inventory.sections.get(name);
      return [section?.cluster, ...(section?.hosts.values() ?? [])];
    })
    .flatMap((section) => secretNamesIn(section).map(({ secret }) => secret)),
];

/** Those that are needed, each once, and where the value of each is. */
function sourcesOf(inventory: Inventory, needed: readonly SecretName[]): ReadonlyMap<string, Source> {
  const found = new Map<string, Source>();
  for (const { name } of needed) {
    const from = inventory.secrets.get(name);
    if (from === undefined) continue;
    found.set(name, 'file' in from ? { file: inventoryPath(inventory.file, from.file) } : from);
  }
  return found;
}

/** What can be read of the secrets that the playbooks name without asking a person, beside those that are `known`, and the names of the others. */
export async function readableSecrets(
  inventory: Inventory,
  playbooks: readonly Playbook[],
  known: ReadonlyMap<string, Secret>,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly found: ReadonlyMap<string, Secret>; readonly unread: readonly string[] }> {
  const read = secretReader(meansOf(inventory, env));
  const found = new Map(known);
  const unread: string[] = [];
  for (const [name, from] of sourcesOf(inventory, forPlaybooks(inventory, playbooks))) {
    if (found.has(name)) continue;
    try {
      if ('prompt' in from) throw new Error('nobody is asked for it');
      found.set(name, await read(from));
    } catch {
      unread.push(name);
    }
  }
  return { found, unread };
}

/** @throws ConfigError where values are not to be had, or not what they must be. */
export async function readSecrets(
  inventory: Inventory,
  needed: readonly SecretName[],
  source: SourceDocument,
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, Secret>> {
  const read = secretReader(meansOf(inventory, env));
  const found = new Map<string, Secret>();
  const problems = [];
  for (const [name, from] of sourcesOf(inventory, needed)) {
    try {
      const value = await read(from);
      found.set(name, value);
      const forms = needed.filter((each) => each.name === name).flatMap(({ form }) => form ?? []);
      const unfit = forms.filter(({ pattern }) => !pattern.test(value.reveal()));
      for (const expected of new Set(unfit.map((form) => form.expected)))
        problems.push(source.problem(['secrets', name], `its value is not fit: expected ${expected}`));
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      problems.push(source.problem(['secrets', name], (error as Error).message));
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return found;
}
