import { lines, type Script, sh } from '../shell/index.ts';
import { type Output, type Probe, ProbeError, type Unobservable } from './probe.ts';

/**
 * A question in several parts, each with a name (letters and digits). They are asked in their order, each in a shell of its own, until one
 * of them fails: its exit code is that of the whole. Whatever a part prints is told apart from what the others print.
 *
 * `parse` gets the text that each part has printed, an empty one for a part that was not asked, and the output of the whole, whose exit code
 * it has to look at first. An answer that lacks a part, and does not say that one failed, is a ProbeError.
 */
export function inParts<Name extends string, Have>(
  parts: Readonly<Record<Name, Script>>,
  parse: (said: Readonly<Record<Name, string>>, output: Output) => Have | Unobservable,
): Probe<Have> {
  const names = Object.keys(parts) as Name[];
  return {
    script: lines(names.map((name) => asked(name, parts[name]))),
    parse(output) {
      const said = new Map(output.stdout.split(/^== /m).map(told));
      const lacking = names.find((name) => !said.has(name));
      if (output.code === 0 && lacking !== undefined)
        throw new ProbeError(`the answer has no part \`${lacking}\``);
      const texts = names.map((name) => [name, said.get(name) ?? '']);
      return parse(Object.fromEntries(texts) as Record<Name, string>, output);
    },
  };
}

/** What a part prints stands one column in: no line of it can be taken for a name. A backslash: its last line does not end. */
const asked = (name: string, part: Script): Script => sh`
  echo ${`== ${name}`}
  said=$(
    (
      ${part}
    )
    code=$?
    echo .
    exit "$code"
  ) || exit
  printf %s "\${said%.}" | sed 's/^/ /'
  case $said in . | *'
  .') ;; *) printf '\n\\\n' ;; esac`;

function told(section: string): readonly [string, string] {
  const end = section.indexOf('\n');
  const text = section.slice(end + 1).replace(/\n\\\n$/, '');
  return [section.slice(0, end), text.replaceAll(/^ /gm, '')];
}
