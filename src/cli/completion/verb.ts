import type { Command, Option } from 'commander';

/** What `provision names` prints of an inventory. */
export const NAMES = ['hosts', 'stages', 'services'] as const;
export type Names = (typeof NAMES)[number];

/** How the value of an option, or an argument, is completed. */
export type Completed =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'names'; readonly names: Names }
  | { readonly kind: 'files' | 'inventory' | 'nothing' };

export interface CompletedOption {
  readonly long: string;
  readonly short: string | undefined;
  readonly about: string;
  /** Absent where it has no value. */
  readonly value: Completed | undefined;
}

/** A verb as a shell completes it. */
export interface Verb {
  readonly name: string;
  readonly about: string;
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly Completed[];
}

const NAMED: Readonly<Record<string, Names>> = {
  '--limit': 'hosts',
  '--stage': 'stages',
  service: 'services',
};
const FILES = ['--identity', '--playbook', 'file'];

function completed(name: string, choices: readonly string[] | undefined): Completed {
  if (choices !== undefined) return { kind: 'choices', choices };
  if (name === 'inventory') return { kind: 'inventory' };
  const names = NAMED[name];
  if (names !== undefined) return { kind: 'names', names };
  return { kind: FILES.includes(name) ? 'files' : 'nothing' };
}

function optionOf({ long, short, description, required, argChoices }: Option): CompletedOption {
  const name = long ?? '';
  return {
    long: name,
    short,
    about: description,
    value: required ? completed(name, argChoices) : undefined,
  };
}

export function verbOf(command: Command): Verb {
  return {
    name: command.name(),
    about: command.description(),
    options: command.options.map(optionOf),
    // A verb with verbs of its own has those for its first argument.
    arguments:
      command.commands.length > 0
        ? [{ kind: 'choices', choices: command.commands.map((inner) => inner.name()) }, { kind: 'inventory' }]
        : command.registeredArguments.map((argument) => completed(argument.name(), argument.argChoices)),
  };
}
