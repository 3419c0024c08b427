import { CODES, type ErrorCode } from '../../src/errors/index.ts';
import type { Codes } from './codes.ts';
import { bullet, code, plain, sentence, wrapped } from './markdown.ts';

const listed = (codes: readonly string[]) => wrapped(`${codes.map(code).join(', ')}.`);

const names = (Object.keys(CODES) as ErrorCode[]).toSorted();
const exits = [...new Set(names.map((name) => CODES[name].exit))].toSorted((a, b) => a - b);
const meaning = (name: ErrorCode) => bullet(`${code(name)}: ${sentence(plain(CODES[name].means))}`);

/** The codes as the page tells them. */
export const codesSection = ({ causes, refusals, warnings }: Codes): string =>
  [
    ...exits.flatMap((exit) => [
      `### Errors that end with ${exit}`,
      names
        .filter((name) => CODES[name].exit === exit)
        .map(meaning)
        .join('\n'),
    ]),
    '### Why a command failed',
    'An error of a command has one of these where the reason is the host, and not the command.',
    [...causes].map(([name, words]) => bullet(`${code(name)}: ${sentence(plain(words))}`)).join('\n'),
    '### Findings that end a run',
    wrapped(
      'The command then ends with 5. In the middle of a run the finding is an error with the same code.',
    ),
    listed(refusals),
    '### Findings that are only said',
    listed(warnings),
  ].join('\n\n');
