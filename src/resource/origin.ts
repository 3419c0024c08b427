import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Our own code, built or not: a call from there is not what a person wrote. */
const OWN = /^.*\/(?:dist|src)\//.exec(fileURLToPath(import.meta.url))?.[0] ?? '';

/** `file:line` of the first caller outside our own code and that of packages, from a stack trace. */
export function originOf(stack: string): string | undefined {
  const place = placesIn(stack).find(({ file }) => !file.startsWith(OWN) && !file.includes('/node_modules/'));
  return place && inWords(place);
}

/** A place before what is said of it; nothing where it is not known. */
export const atOrigin = (origin: string | undefined): string => (origin === undefined ? '' : `${origin}: `);

/** `file:line` of whoever calls `callee`, a package or not. Nothing where that is our own code. */
export function callerOf(callee: (...args: never) => unknown): string | undefined {
  const trace = { stack: '' };
  Error.captureStackTrace(trace, callee);
  const [place] = placesIn(trace.stack);
  return place === undefined || place.file.startsWith(OWN) ? undefined : inWords(place);
}

interface Place {
  readonly file: string;
  readonly line: string;
}

function placesIn(stack: string): readonly Place[] {
  // Whoever waits for what was called (`at async`) has not called it.
  return [...stack.matchAll(/^ *at (?!async )(?:.*\()?(?:file:\/\/)?(\/[^()\n]+):(\d+):\d+\)?$/gm)].map(
    ([, file = '', line = '']) => ({
      file,
      line,
    }),
  );
}

const inWords = ({ file, line }: Place): string => `${basename(file)}:${line}`;
