import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { Problem } from '../errors/index.ts';
import type { Output } from '../resource/index.ts';
import { check, offsetOf, problemsOf } from '../schema/index.ts';
import type { Outcome } from './outcome.ts';

/** A file of a case: what is wanted, what a real host printed, and what comes of it, whole. */
export interface CaseFile {
  readonly want: unknown;
  readonly output: Output;
  readonly pending?: readonly string[];
  /** Where it is missing it is written, to be read and kept. */
  readonly expect?: Outcome;
}

const output = z.strictObject({ code: z.int(), stdout: z.string(), stderr: z.string() });

const OUTCOME = [
  'probe',
  'unobservable',
  'error',
  'refused',
  'fix',
  'changes',
  'steps',
  'writes',
  'restarts',
  'lasting',
  'settling',
] as const satisfies readonly (keyof Outcome)[];
/** Its values are held against those that come. */
const expected = z.strictObject(Object.fromEntries(OUTCOME.map((key) => [key, z.unknown().optional()])));

const schema = z.strictObject({
  want: z.unknown(),
  output,
  pending: z.array(z.string()).optional(),
  expect: expected.optional(),
});

/** What a file of a case has in it, or what is wrong with it. */
export function readCase(
  text: string,
  file: string,
): { readonly recorded: CaseFile } | { readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = problemsOf(file, lines);
  const [broken] = document.errors;
  if (broken !== undefined) return { problems: [problem(broken.pos[0], broken.message)] };
  const value: unknown = document.toJS();
  const checked = check(schema, value);
  if ('data' in checked) return { recorded: value as CaseFile };
  return {
    problems: checked.mistakes.map(({ path, message }) =>
      problem(offsetOf(document.contents, path), message, path),
    ),
  };
}
