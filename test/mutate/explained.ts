import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Mutation } from './mutations.ts';

const Explained = z.array(
  z.strictObject({ file: z.string(), before: z.string(), after: z.string(), why: z.string() }),
);

export type Explanation = z.infer<typeof Explained>[number];

/** The mutations that no test can see, and why: they change nothing that holds for a user. */
export function readExplained(path: string): readonly Explanation[] {
  return Explained.parse(parse(readFileSync(path, 'utf8')) ?? []);
}

export function explains({ file, before, after }: Explanation, mutation: Mutation): boolean {
  return file === mutation.file && before === mutation.before && after === mutation.after;
}
