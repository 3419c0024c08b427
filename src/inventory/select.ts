import { ProvisionError } from '../errors/index.ts';
import type { Inventory } from './inventory.ts';

/**
 * The hosts that `--limit` names: hosts, globs of hosts and `@groups`, divided by commas; a word that begins with `!`
 * takes away. Words that only take away begin from all hosts. Without a limit: all.
 *
 * @throws ProvisionError where a word names no host.
 */
export function selectHosts(inventory: Inventory, limit: string | undefined): ReadonlySet<string> {
  const all = inventory.hosts.map(({ name }) => name);
  if (limit === undefined) return new Set(all);
  const words = limit
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const wanted = words.filter((word) => !word.startsWith('!'));
  const unwanted = new Set(
    words.filter((word) => word.startsWith('!')).flatMap((word) => named(inventory, word.slice(1), word)),
  );
  const from =
    wanted.length === 0 && unwanted.size > 0 ? all : wanted.flatMap((word) => named(inventory, word, word));
  const chosen = new Set(from.filter((host) => !unwanted.has(host)));
  if (chosen.size === 0) throw failure(`--limit ${limit}: names no host`);
  return chosen;
}

/** The hosts of one word; `as` is how it was written. */
function named({ hosts, groups }: Inventory, word: string, as: string): readonly string[] {
  const all = hosts.map(({ name }) => name);
  const found = word.startsWith('@')
    ? [...groups].filter(([group]) => matches(group, word.slice(1))).flatMap(([, members]) => members)
    : all.filter((name) => matches(name, word));
  if (found.length > 0) return found;
  const known = [...all, ...[...groups.keys()].map((group) => `@${group}`)];
  throw failure(`--limit ${as}: not in the inventory, which has ${known.join(', ')}`);
}

/** Names have letters, digits and hyphens alone, so `*` and `?` are all that a pattern can have beside them. */
function matches(name: string, pattern: string): boolean {
  if (!/^[\w*?-]+$/.test(pattern)) return false;
  return new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name);
}

function failure(message: string): ProvisionError {
  return new ProvisionError(message, { code: 'unknown-host' });
}
