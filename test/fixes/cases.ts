import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const FOLDER = fileURLToPath(new URL('../resources', import.meta.url));

/** The line of a refusal, of the cases of a kind, that begins with these words. */
export function refusedWith(kind: string, words: string): string {
  for (const name of readdirSync(join(FOLDER, kind)).filter((one) => one.endsWith('.yaml'))) {
    const text = readFileSync(join(FOLDER, kind, name), 'utf8');
    const { fix } = (parse(text) as { expect: { fix?: readonly string[] } }).expect;
    const found = fix?.find((line) => line.startsWith(words));
    if (found !== undefined) return found;
  }
  throw new Error(`no case of ${kind} is refused with: ${words}`);
}
