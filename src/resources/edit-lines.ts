import { type Script, sh } from '../shell/index.ts';

/**
 * Prints a file with a line in the place of the last of some, and without the others; where it has none of them, with the line at its
 * end. It is edited on the host, as it is at that moment: what another step has written to it is in it, and bytes that are no text
 * stay as they are.
 */
export function withLineInPlaceOf(path: string, line: string, olds: readonly string[]): Script {
  // The first is for awks that take an empty text for no line at all.
  return sh`
    olds=${['', ...olds].join('\n')} line=${line} awk '
      BEGIN {
        count = split(ENVIRON["olds"], olds, "\n")
        for (i = 2; i <= count; i++) old[olds[i]]
        old[ENVIRON["line"]]
      }
      { all[NR] = $0; if ($0 in old) last = NR }
      END {
        for (i = 1; i <= NR; i++) {
          if (i == last) print ENVIRON["line"]
          else if (!(all[i] in old)) print all[i]
        }
        if (!last) print ENVIRON["line"]
      }' ${path}`;
}

/**
 * Prints a file with lines in the place of those between the same first and last line; where these are not there, with the lines at its
 * end. A first line whose last somebody has taken out begins nothing: what follows it may be theirs.
 */
export function withBlock(path: string, block: string): Script {
  return sh`
    if [ ! -f ${path} ]; then printf %s ${block}; else block=${block} awk '
      BEGIN {
        count = split(ENVIRON["block"], rows, "\n")
        if (rows[count] == "") count--
      }
      { all[NR] = $0 }
      END {
        for (i = 1; i <= NR && !first; i++) if (all[i] == rows[1]) first = i
        for (i = first ? first : 1; i <= NR && !end; i++) if (all[i] == rows[count]) end = i
        for (i = 1; i <= end; i++) if (all[i] == rows[1]) begin = i
        if (!begin) end = 0
        for (i = 1; i <= NR; i++) {
          if (i == begin) for (j = 1; j <= count; j++) print rows[j]
          if (!begin || i < begin || i > end) print all[i]
        }
        if (!begin) for (j = 1; j <= count; j++) print rows[j]
      }' ${path}; fi`;
}
