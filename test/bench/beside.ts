import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from '../lab/harness.ts';

/** A program of the benchmark that runs beside it until it is ended. What it says first is a line of JSON. */
export async function beside<Said>(
  script: string,
  args: readonly (string | number)[],
): Promise<{ said: Said; end: () => void }> {
  const child = spawn('node_modules/.bin/jiti', [script, ...args.map(String)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let line = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (line += text));
  while (!line.endsWith('\n')) await once(child.stdout, 'data');
  return { said: JSON.parse(line) as Said, end: () => void child.kill() };
}
