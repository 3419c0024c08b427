import { ProvisionError } from '../errors/index.ts';
import type { Inventory } from './inventory.ts';

/**
 * The hosts that `--limit` names: hosts and `@groups`, divided by commas. Without it: all.
 *
 * @throws ProvisionError where a name is unknown.
 */
export function selectHosts(inventory: Inventory, limit: string | undefined): ReadonlySet<string> {
  const all = inventory.hosts.map(({ name }) => name);
  if (limit === undefined) return new Set(all);
  const chosen = limit
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .flatMap((word) => {
      if (word.startsWith('@')) {
        const group = inventory.groups.get(word.slice(1));
        if (group !== undefined) return group;
      } else if (all.includes(word)) return [word];
      const known = [...all, ...[...inventory.groups.keys()].map((group) => `@${group}`)];
      throw new ProvisionError(`--limit ${word}: not in the inventory; known are ${known.join(', ')}`, {
        code: 'unknown-host',
        exit: 3,
      });
    });
  if (chosen.length === 0)
    throw new ProvisionError('--limit names no host', { code: 'unknown-host', exit: 3 });
  return new Set(chosen);
}
