import type { Completed, CompletedOption, Verb } from './verb.ts';

const quoted = (text: string) => text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, '\\$&');

/** What is offered for a value, as an action of `_arguments`. */
function offers(value: Completed): string {
  switch (value.kind) {
    case 'choices':
      return `(${value.choices.join(' ')})`;
    case 'names':
      return `{_provision_names ${value.names}}`;
    case 'inventory':
      return '_files -g "*.(yaml|yml)(-.)"';
    case 'files':
      return '_files';
    case 'nothing':
      return ' ';
  }
}

const spec = ({ long, about, value }: CompletedOption) =>
  `'${long}[${quoted(about)}]${value === undefined ? '' : `:value:${offers(value)}`}'`;

export function zsh(verbs: readonly Verb[], own: readonly CompletedOption[]): string {
  const cases = verbs.map(({ name, options, arguments: words }) =>
    [
      `    ${name}) _arguments`,
      ...options.map(spec),
      ...words.map((value, index) => `'${index + 2}:value:${offers(value)}'`),
      ';;',
    ].join(' '),
  );
  return `#compdef provision
# zsh completion of provision: put it into a folder of $fpath, as _provision
# Names of the inventory that stands on the line. Of several with commas between them the last is completed.
_provision_names() {
  local each
  for each in $words[2,-1]; do
    if [[ $each == *.(yaml|yml) ]]; then
      compset -P '*,'
      compadd -- \${(f)"$($words[1] names $1 \${~each} 2>/dev/null)"}
      return
    fi
  done
}
_provision() {
  local -a verbs
  verbs=(${verbs.map(({ name, about }) => `'${name}:${quoted(about)}'`).join(' ')})
  if (( CURRENT == 2 )); then
    _describe verb verbs
    _files -g '*.(yaml|yml)(-.)'
    return
  fi
  case $words[2] in
${cases.join('\n')}
    *) _arguments ${own.map(spec).join(' ')} '1:inventory:_files -g "*.(yaml|yml)(-.)"' ;;
  esac
}
_provision "$@"
`;
}
