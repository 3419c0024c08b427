import { inOneLine } from '../errors/index.ts';
import { APT_LIST_CAUSES } from './apt-list-causes.ts';
import type { Cause } from './cause.ts';
import { DNF_CAUSES } from './dnf-causes.ts';
import { HOST_CAUSES } from './host-causes.ts';
import { PACKAGE_CAUSES } from './package-causes.ts';

/** A cause that something said, in the lines that say it. */
export interface SaidCause extends Cause {
  readonly said: string;
}

/** What comes first is the cause of what comes after it: a full disk fails a package's script, a proxy makes a source look unsigned. */
const CAUSES = [...APT_LIST_CAUSES, ...HOST_CAUSES, ...PACKAGE_CAUSES, ...DNF_CAUSES];

/** Characters that are quoted of what was said: a list of dependencies may be pages long. */
const QUOTED = 400;

/** The cause that a command's last words name. */
export function causeOf(words: string): SaidCause | undefined {
  for (const { words: pattern, ...cause } of CAUSES) {
    const match = pattern.exec(words);
    if (match !== null) return { ...cause, said: linesOf(words, match.index, match[0].length) };
  }
  return undefined;
}

/** The whole lines in which a match stands, as one. */
function linesOf(words: string, at: number, length: number): string {
  const begin = words.lastIndexOf('\n', at - 1) + 1;
  const end = words.indexOf('\n', at + length);
  const said = inOneLine(words.slice(at === 0 ? 0 : begin, end < 0 ? undefined : end));
  return said.length <= QUOTED ? said : `${said.slice(0, QUOTED)}…`;
}
