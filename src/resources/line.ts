import { z } from 'zod';
import { type Change, defineResource, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { copyChange, copyStep, readWhose, whose, writeOurs } from './before.ts';
import { withLineInPlaceOf } from './edit-lines.ts';
import { absolutePath, lookAt, readPath } from './path.ts';
import { writePrinted } from './write-file.ts';

const want = z
  .strictObject({
    /** The file. */
    path: absolutePath,
    /** What is to be in it, without its end. */
    line: z.string().regex(/^[^\n]+$/, 'expected one line'),
    /** Lines that stand for the same, of which the last is replaced and the others go: `/^#?\s*PasswordAuthentication\s/`. Default: none but itself. */
    match: z
      .instanceof(RegExp)
      // With these a RegExp remembers where it was.
      .transform(({ source, flags }) => new RegExp(source, flags.replaceAll(/[gy]/g, '')))
      .optional(),
  })
  .refine(
    ({ line, match }) => match?.test(line) !== false,
    'expected a `match` that the line itself matches: the next run would take another line for it',
  );

/**
 * One line in a file that somebody else has written. Where none stands for the same it goes to the end. Everything else stays, with
 * the owner and mode of the file. A file that is not there is refused: this kind makes none. Of what somebody else has written a copy
 * is kept beside it before the first change, but for a file that is as its package brought it.
 */
export const line = defineResource({
  kind: 'line',
  want,
  key: ({ path, line: text }) => `${path} ${text}`,

  observe: ({ path }) => ({
    script: sh`
      ${whose(path)}
      ${lookAt(path, sh`[ ! -f "$p" ] || cat -- "$p" || exit 66`)}`,
    parse(output) {
      const { whose: from, rest: looked } = readWhose(output.stdout);
      const have = readPath(path, { ...output, stdout: looked });
      if (have === null) throw new ProbeError(`${path} is not there, and one line alone makes no file`);
      if (have.type !== 'file') throw new ProbeError(`${path} is no file`);
      const { mode, owner, group, rest } = have;
      return { text: rest, mode, owner: owner[1] ?? '0', group: group[1] ?? '0', whose: from };
    },
  }),

  diff: ({ path, line: wanted, match }, { text, whose: from }): readonly Change[] => {
    const same = standingFor(wanted, match, text);
    return same.length === 1 && same[0] === wanted
      ? []
      : [
          { field: 'line', from: same.length === 0 ? null : same.join('\n'), to: wanted },
          ...copyChange(path, from),
        ];
  },

  apply: ({ path, line: wanted, match }, { text, mode, owner, group }, changes) => [
    ...copyStep(path, changes),
    {
      title: `write a line of ${path}`,
      script: writeOurs(
        path,
        writePrinted(
          { path, mode, owner, group },
          withLineInPlaceOf(path, wanted, standingFor(wanted, match, text)),
        ),
      ),
    },
  ],

  writes: ({ path }, changes) => (changes.length === 0 ? [] : [path]),
});

const linesOf = (text: string) => text.replace(/\n$/, '').split('\n');

const isSame = (wanted: string, match: RegExp | undefined) => (other: string) =>
  other === wanted || match?.test(other) === true;

function standingFor(wanted: string, match: RegExp | undefined, text: string): readonly string[] {
  return linesOf(text).filter(isSame(wanted, match));
}
