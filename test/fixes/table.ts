import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Fix } from './collect.ts';
import { plain } from './commands.ts';

const words = z.string().min(10);
const shape = z.strictObject({
  /** The first words of what it says, by which it is known. `…` is what only a run knows. */
  fix: z.string().min(3),
  /** It only reads: with which programs. */
  looks: words.optional(),
  /** No command is in it: why none is. */
  words: words.optional(),
  /** What it changes or takes away, in the words of its message or its own. */
  changes: z.array(z.string().min(4)).min(1).optional(),
  /** `test/file.test.ts: words of the title of the test that follows it`. */
  followed: z.string().optional(),
  /** Why no test follows it. */
  reason: words.optional(),
  /** Why it harms nothing, where what it takes away is not in each message as it is here. */
  reviewed: words.optional(),
});

export type Row = z.output<typeof shape> & { readonly file: string; readonly place: string };

const table = z
  .record(z.string(), z.record(z.string(), z.array(shape)))
  .parse(parse(readFileSync(new URL('table.yaml', import.meta.url), 'utf8')));

export const ROWS: readonly Row[] = Object.entries(table).flatMap(([file, places]) =>
  Object.entries(places).flatMap(([place, rows]) => rows.map((row) => ({ file, place, ...row }))),
);

/** The rows of a fix: those that have the most of its first words. */
export function rowsOf(fix: Fix): readonly Row[] {
  const text = plain(fix.texts[0] ?? '');
  const near = ROWS.filter(
    (row) => row.file === fix.file && row.place === fix.place && text.startsWith(row.fix),
  );
  const most = Math.max(...near.map((row) => row.fix.length));
  return near.filter((row) => row.fix.length === most);
}

export const nameOf = ({ file, place, fix }: Pick<Row, 'file' | 'place' | 'fix'>) =>
  `${file} ${place}: ${fix}`;
