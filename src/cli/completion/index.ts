import type { Command } from 'commander';
import { bash } from './bash.ts';
import { fish } from './fish.ts';
import { verbOf } from './verb.ts';
import { zsh } from './zsh.ts';

export { NAMES, type Names } from './verb.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * What a shell needs to complete the words of the command line: verbs, options and their values, and, by asking the command itself, names
 * of an inventory. Made from the command itself.
 */
export function completionScript(root: Command, hidden: readonly string[], shell: Shell): string {
  const run = root.commands.find((command) => command.name() === 'run');
  const verbs = root.commands.filter((command) => !hidden.includes(command.name())).map(verbOf);
  const own = run === undefined ? [] : verbOf(run).options;
  return { bash, zsh, fish }[shell](verbs, own);
}
