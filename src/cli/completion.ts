import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A verb as a shell completes it. */
interface Verb {
  readonly name: string;
  readonly about: string;
  readonly options: readonly Option[];
  /** Whether a file comes next: an inventory. */
  readonly files: boolean;
}

/** Words that are not files: verbs, and of each its options with what they may be. Made from the command itself. */
export function completionScript(root: Command, shell: Shell): string {
  const run = root.commands.find((command) => command.name() === 'run');
  const verbs = root.commands
    .filter((command) => command !== run)
    .map(
      (command): Verb => ({
        name: command.name(),
        about: command.description(),
        options: command.options,
        files: command.registeredArguments.some((argument) => argument.name() === 'inventory'),
      }),
    );
  const own = run?.options ?? [];
  return { bash, zsh, fish }[shell](verbs, own);
}

const long = (options: readonly Option[]) => options.flatMap((option) => option.long ?? []).join(' ');

function bash(verbs: readonly Verb[], own: readonly Option[]): string {
  const cases = verbs.map(({ name, options }) => `    ${name}) options='${long(options)} --help' ;;`);
  const choices = new Map(
    [...verbs.flatMap(({ options }) => options), ...own]
      .filter(({ argChoices }) => argChoices !== undefined)
      .map(({ long: name, argChoices }) => [name, argChoices?.join(' ')]),
  );
  return `# bash completion of provision: source it, as in: source <(provision completion bash)
_provision() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} options='${long(own)} --help --version'
  case $before in
${[...choices].map(([name, values]) => `    ${name}) COMPREPLY=($(compgen -W '${values}' -- "$word")); return ;;`).join('\n')}
    --identity|--playbook) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *)
      COMPREPLY=($(compgen -f -X '!*.y*ml' -- "$word") $(compgen -d -S / -- "$word"))
      [ "$COMP_CWORD" -gt 1 ] || COMPREPLY+=($(compgen -W '${verbs.map(({ name }) => name).join(' ')}' -- "$word"))
      ;;
  esac
}
complete -o filenames -o nospace -F _provision provision
`;
}

const zshQuoted = (text: string) => text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, '\\$&');

function zsh(verbs: readonly Verb[], own: readonly Option[]): string {
  const spec = ({ long: name, description, required, argChoices }: Option) => {
    const value =
      argChoices !== undefined ? `:value:(${argChoices.join(' ')})` : required ? ':value:_files' : '';
    return `'${name}[${zshQuoted(description)}]${value}'`;
  };
  const cases = verbs.map(
    ({ name, options, files }) =>
      `    ${name}) _arguments ${[...options.map(spec), ...(files ? ['\'*:inventory:_files -g "*.(yaml|yml)(-.)"\''] : [])].join(' ')} ;;`,
  );
  return `#compdef provision
# zsh completion of provision: put it into a folder of $fpath, as _provision
_provision() {
  local -a verbs
  verbs=(${verbs.map(({ name, about }) => `'${name}:${zshQuoted(about)}'`).join(' ')})
  if (( CURRENT == 2 )); then
    _describe verb verbs
    _files -g '*.(yaml|yml)(-.)'
    return
  fi
  case $words[2] in
${cases.join('\n')}
    *) _arguments ${own.map(spec).join(' ')} '*:inventory:_files' ;;
  esac
}
_provision "$@"
`;
}

const fishQuoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fish(verbs: readonly Verb[], own: readonly Option[]): string {
  const first = '__fish_use_subcommand';
  const option = (condition: string, { long: name, short, description, required, argChoices }: Option) =>
    [
      `complete -c provision -n ${fishQuoted(condition)} -l ${name?.slice(2)}`,
      ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
      ...(argChoices !== undefined ? [`-xa ${fishQuoted(argChoices.join(' '))}`] : required ? ['-r'] : []),
      `-d ${fishQuoted(description)}`,
    ].join(' ');
  return [
    '# fish completion of provision: save it as ~/.config/fish/completions/provision.fish',
    ...verbs.map(({ name, about }) => `complete -c provision -n ${first} -a ${name} -d ${fishQuoted(about)}`),
    ...own.map((each) =>
      option(`not __fish_seen_subcommand_from ${verbs.map(({ name }) => name).join(' ')}`, each),
    ),
    ...verbs.flatMap(({ name, options }) =>
      options.map((each) => option(`__fish_seen_subcommand_from ${name}`, each)),
    ),
    '',
  ].join('\n');
}
