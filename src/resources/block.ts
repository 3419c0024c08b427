import { z } from 'zod';
import { type Change, defineResource, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { withBlock } from './edit-lines.ts';
import { absolutePath, lookAt, readPath } from './path.ts';
import { writePrinted } from './write-file.ts';

const want = z.strictObject({
  /** The file. */
  path: absolutePath,
  /** The lines. The first and the last are the marks by which they are found again, so these must stay as they are. */
  content: z.string().regex(/^[^\n]+\n([^\n]*\n)*[^\n]+\n$/, 'expected two lines or more'),
});

interface Have {
  /** What is between our marks, with them; absent where they are not there. */
  readonly ours: string | null;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

/**
 * Lines of ours in a file that others may write as well. What they have written stays, before ours or after. Where there is none
 * yet, ours go to the end, where most programs take the last word for what counts.
 */
export const block = defineResource({
  kind: 'block',
  want,
  key: ({ path }) => path,

  observe: ({ path, content }) => ({
    script: lookAt(path, sh`[ ! -f "$p" ] || cat -- "$p" || exit 66`),
    parse(output): Have {
      const have = readPath(path, output);
      if (have === null) return { ours: null, mode: '0644', owner: 'root', group: 'root' };
      if (have.type === 'directory') throw new ProbeError(`${path} is a directory, where a file is wanted`);
      const { mode, owner, group, rest } = have;
      const attributes = {
        mode: have.type === 'file' ? mode : '0644',
        owner: owner[1] ?? '0',
        group: group[1] ?? '0',
      };
      return { ours: between(rest, content), ...attributes };
    },
  }),

  diff: ({ content }, { ours }): readonly Change[] =>
    ours === content ? [] : [{ field: 'content', from: ours, to: content }],

  apply: ({ path, content }, { mode, owner, group }) => [
    {
      title: `write our lines into ${path}`,
      script: writePrinted({ path, mode, owner, group }, withBlock(path, content)),
    },
  ],

  writes: ({ path }, changes) => (changes.length === 0 ? [] : [path]),
});

/** The lines from our first to our last, or `null` where they are not there. */
function between(text: string, content: string): string | null {
  const lines = content.trimEnd().split('\n');
  const rows = text.split('\n');
  // A mark whose fellow somebody has taken out begins nothing: what follows it may be theirs.
  const end = rows.indexOf(lines.at(-1) ?? '', rows.indexOf(lines[0] ?? ''));
  const begin = rows.lastIndexOf(lines[0] ?? '', end);
  if (begin === -1 || end === -1) return null;
  return rows
    .slice(begin, end + 1)
    .map((row) => `${row}\n`)
    .join('');
}
