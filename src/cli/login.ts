import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../errors/index.ts';
import {
  type Inventory,
  type InventoryHost,
  inventoryPath,
  type SourceDocument,
  secretNamesIn,
} from '../inventory/index.ts';
import type { Playbook } from '../playbook/index.ts';
import { secretReader } from '../secrets/index.ts';
import { quote, type Secret } from '../shell/index.ts';
import { meansOf } from './means.ts';

/** How we log in to a host: the inventory, and over it the command line. */
export interface Login {
  readonly user: string;
  readonly port: number;
  readonly identities: readonly string[] | undefined;
  readonly knownHosts: string;
}

export function loginOf(
  inventory: Inventory,
  { ssh }: InventoryHost,
  over: { readonly user?: string; readonly identity?: string },
): Login {
  const identities = typeof ssh.identity === 'string' ? [ssh.identity] : ssh.identity;
  return {
    user: over.user ?? ssh.user ?? userInfo().username,
    port: ssh.port,
    identities:
      over.identity === undefined
        ? identities?.map((path) => inventoryPath(inventory.file, path))
        : [over.identity],
    knownHosts: inventoryPath(inventory.file, ssh.knownHosts),
  };
}

/** A command that a person pastes into a shell here to run `command` as root on a host. */
export function pasteable(host: InventoryHost, login: Login, command: string): string {
  if (host.connection === 'local') return `sudo sh -c ${quote(command)}`;
  const asRoot = login.user === 'root' ? command : `sudo sh -c ${quote(command)}`;
  const options = [
    ...(host.ssh.sudoPassword === undefined || login.user === 'root' ? [] : ['-t']),
    ...(login.port === 22 ? [] : ['-p', String(login.port)]),
    ...(login.identities ?? []).flatMap((path) => ['-i', path]),
    ...(login.knownHosts === join(homedir(), '.ssh/known_hosts')
      ? []
      : ['-o', `UserKnownHostsFile=${login.knownHosts}`]),
  ];
  return ['ssh', ...options, `${login.user}@${host.address}`, asRoot].map(quote).join(' ');
}

/** The secrets that hosts name, and the sections of what runs. @throws ConfigError where one is not to be had. */
export async function readSecrets(
  inventory: Inventory,
  playbooks: readonly Playbook[],
  source: SourceDocument,
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, Secret>> {
  const sections = playbooks.flatMap(({ name }) => {
    const section = inventory.sections.get(name);
    return [section?.cluster, ...(section?.hosts.values() ?? [])];
  });
  const needed = new Set([
    ...inventory.hosts.flatMap(({ ssh }) => ssh.sudoPassword ?? []),
    ...sections.flatMap((section) => secretNamesIn(section).map(({ secret }) => secret.name)),
  ]);
  const read = secretReader(meansOf(inventory, env));
  const found = new Map<string, Secret>();
  const problems = [];
  for (const name of needed) {
    const from = inventory.secrets.get(name);
    if (from === undefined) continue;
    const at = 'file' in from ? { file: inventoryPath(inventory.file, from.file) } : from;
    try {
      found.set(name, await read(at));
    } catch (error) {
      problems.push(source.problem(['secrets', name], (error as Error).message));
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return found;
}
