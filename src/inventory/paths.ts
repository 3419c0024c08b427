import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A path as the inventory names it: `~` is the home of who runs us, other relative paths start at the inventory. */
export function inventoryPath(inventoryFile: string, path: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
  return resolve(dirname(inventoryFile), path);
}
