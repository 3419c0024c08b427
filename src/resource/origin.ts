import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Our own code, built or not: a call from there is not what a person wrote. */
const OWN = /^.*\/(?:dist|src)\//.exec(fileURLToPath(import.meta.url))?.[0] ?? '';

/** `file:line` of the first caller outside our own code, from a stack trace. */
export function originOf(stack: string): string | undefined {
  for (const line of stack.split('\n')) {
    const match = /(?:\(|at )(?:file:\/\/)?(\/[^()]+):(\d+):\d+\)?$/.exec(line);
    const file = match?.[1];
    if (file !== undefined && !file.startsWith(OWN) && !file.includes('/node_modules/'))
      return `${basename(file)}:${match?.[2]}`;
  }
  return undefined;
}
