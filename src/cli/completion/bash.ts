import type { Completed, CompletedOption, Verb } from './verb.ts';

const YAML = `$(compgen -f -X '!*.y*ml' -- "$word") $(compgen -d -S / -- "$word")`;

/** What is offered for a value, as words of bash. */
function offers(value: Completed): string {
  switch (value.kind) {
    case 'choices':
      return `COMPREPLY=($(compgen -W '${value.choices.join(' ')}' -- "$word"))`;
    case 'names':
      return `_provision_names ${value.names}`;
    case 'inventory':
      return `COMPREPLY=(${YAML})`;
    case 'files':
      return 'COMPREPLY=($(compgen -f -- "$word"))';
    case 'nothing':
      return ':';
  }
}

const long = (options: readonly CompletedOption[]) => options.map((option) => option.long).join(' ');

export function bash(verbs: readonly Verb[], own: readonly CompletedOption[]): string {
  const valued = new Map(
    [...verbs.flatMap(({ options }) => options), ...own].flatMap(({ long, value }) =>
      value === undefined ? [] : [[long, value] as const],
    ),
  );
  const options = verbs.map((verb) => `    ${verb.name}) options='${long(verb.options)} --help' first=2 ;;`);
  const words = verbs.flatMap((verb) =>
    verb.arguments.map((value, index) => `    ${verb.name}:${index + 1}) ${offers(value)} ;;`),
  );
  return `# bash completion of provision: source it, as in: source <(provision completion bash)
# Names of the inventory that stands on the line. Of several with commas between them the last is completed.
_provision_names() {
  local each before=
  case $word in *,*) before=\${word%,*}, ;; esac
  for each in "\${COMP_WORDS[@]:1}"; do
    case $each in
      *.yaml|*.yml)
        each=\${each/#\\~/$HOME}
        COMPREPLY=($(compgen -P "$before" -W "$("\${COMP_WORDS[0]}" names "$1" "$each" 2>/dev/null)" -- "\${word##*,}"))
        return
        ;;
    esac
  done
}
_provision() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  # \`--output=json\` is three words for bash.
  [ "$before" != = ] || before=\${COMP_WORDS[COMP_CWORD-2]}
  local options='${long(own)} --help --version' first=1 place=1 at
  case $before in
${[...valued].map(([name, value]) => `    ${name}) ${offers(value)}; return ;;`).join('\n')}
  esac
  case \${COMP_WORDS[1]} in
${options.join('\n')}
  esac
  # Which argument is being typed: options, and what is a value of one, are none.
  for ((at = first; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      ${[...valued.keys()].join('|')})
        at=$((at + 1))
        [ "\${COMP_WORDS[at]}" != = ] || at=$((at + 1))
        ;;
      -*) ;;
      *) place=$((place + 1)) ;;
    esac
  done
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")); return ;;
  esac
  if [ "$first" = 1 ]; then
    [ "$place" -gt 1 ] || COMPREPLY=(${YAML})
    [ "$COMP_CWORD" -gt 1 ] || COMPREPLY+=($(compgen -W '${verbs.map(({ name }) => name).join(' ')}' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]}:$place in
${words.join('\n')}
  esac
}
complete -o filenames -o nospace -F _provision provision
`;
}
