import { quote } from '../shell/index.ts';

/** What a program's exit code is where there is none to run: POSIX, 2.8.2. */
const NOT_FOUND = 127;

/** Words that a shell does itself: most of them are no programs anywhere. */
const OF_SHELL = new Set(
  `. : ! [[ ( { alias bg break builtin case cd continue declare eval exec exit export fg for function getopts hash if
   jobs let local popd pushd read readonly return select set shift shopt source time times trap type typeset ulimit
   umask unalias unset until wait while`.split(/\s+/),
);
const ASSIGNMENT = /^[A-Za-z_]\w*=/;
const OPERATOR = /^(\||\|\||\|&|&|&&|;|\d?>{1,2}|&>{1,2}|\d?>&[\d-]|<{1,3})$/;
/** Paths with a pattern, the home of somebody, what stands for something else. */
const EXPANDED = /^(\*|~.*|[./~][^\s'"]*[*?[].*|.*\$[A-Za-z_({].*|.*`.*)$/;
/** They read such words themselves. */
const READERS = /^(.*\/)?(awk|[efz]?grep|find|gawk|jq|mawk|perl|python3?|rg|ruby|sed|xargs)$/;
const SHELLS = /^(.*\/)?(ash|bash|busybox|dash|ksh|sh|zsh)$/;

/** Whether a shell was perhaps meant to read a command that has failed, for none is between. Undefined: nothing speaks for it. */
export function shellMeant(words: readonly string[], exitCode: number): string | undefined {
  const [program = '', ...rest] = words;
  if (words.some((word, index) => SHELLS.test(word) && words[index + 1]?.startsWith('-'))) return undefined;
  if (exitCode === NOT_FOUND) {
    if (rest.length === 0 && /[\s|;&$<>]/.test(program)) return program;
    if (OF_SHELL.has(program) || ASSIGNMENT.test(program)) return line(words);
    if (/\s/.test(program)) return [program, ...rest.map(quote)].join(' ');
  }
  if (rest.some((word) => OPERATOR.test(word))) return line(words);
  return rest.some((word) => EXPANDED.test(word)) && !words.some((word) => READERS.test(word))
    ? line(words)
    : undefined;
}

/** The words as a shell would have to be given them, with what was meant for it as it is. */
function line(words: readonly string[]): string {
  let begins = true;
  return words
    .map((word) => {
      const [assigned] = (begins && ASSIGNMENT.exec(word)) || [];
      begins = assigned !== undefined;
      if (assigned !== undefined) return `${assigned}${quote(word.slice(assigned.length))}`;
      return OPERATOR.test(word) || OF_SHELL.has(word) || EXPANDED.test(word) ? word : quote(word);
    })
    .join(' ');
}
