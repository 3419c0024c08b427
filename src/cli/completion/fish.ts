import type { Completed, CompletedOption, Verb } from './verb.ts';

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** What is offered for a value, as options of fish's `complete`. */
function offers(value: Completed): string {
  switch (value.kind) {
    case 'choices':
      return `-xa ${quoted(value.choices.join(' '))}`;
    case 'names':
      return `-xa '(__fish_append , (__provision_names ${value.names}))'`;
    case 'nothing':
      return '-x';
    default:
      return '-rF';
  }
}

function line(condition: string, { long, short, about, value }: CompletedOption): string {
  return [
    `complete -c provision -n ${quoted(condition)} -l ${long.slice(2)}`,
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(value === undefined ? [] : [offers(value)]),
    `-d ${quoted(about)}`,
  ].join(' ');
}

export function fish(verbs: readonly Verb[], own: readonly CompletedOption[]): string {
  const names = verbs.map(({ name }) => name).join(' ');
  return [
    '# fish completion of provision: save it as ~/.config/fish/completions/provision.fish',
    '# The inventory that stands on the line, if one does; its names.',
    'function __provision_inventory',
    "  string match -r '.*\\.ya?ml$' -- (commandline -opc)[2..] | head -n 1 | string match -r '.+'",
    'end',
    'function __provision_names',
    '  set -l inventory (__provision_inventory); and provision names $argv[1] $inventory 2>/dev/null',
    'end',
    "complete -c provision -n '__provision_inventory >/dev/null' -f",
    ...verbs.map(
      ({ name, about }) => `complete -c provision -n __fish_use_subcommand -a ${name} -d ${quoted(about)}`,
    ),
    ...own.map((each) => line(`not __fish_seen_subcommand_from ${names}`, each)),
    ...verbs.flatMap(({ name, options, arguments: words }) => [
      ...options.map((each) => line(`__fish_seen_subcommand_from ${name}`, each)),
      ...words
        .filter(({ kind }) => kind === 'choices' || kind === 'names')
        .map(
          (value) =>
            `complete -c provision -n ${quoted(`__fish_seen_subcommand_from ${name}`)} ${offers(value).replace('-xa', '-a')}`,
        ),
    ]),
    '',
  ].join('\n');
}
