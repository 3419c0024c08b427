import { spawn } from 'node:child_process';

export type Ended = 'passed' | 'failed' | 'timed out';

export interface Ran {
  readonly ended: Ended;
  readonly output: string;
}

/** Runs a command of the packages, below all others of the machine, with a time limit. What it has started ends with it. */
export function run(
  root: string,
  [command = '', ...args]: readonly string[],
  options: { readonly seconds: number; readonly env?: Readonly<Record<string, string>> },
): Promise<Ran> {
  const child = spawn('nice', ['-n', '19', 'node', command, ...args], {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((resolve, reject) => {
    let late = false;
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // All of it has ended.
      }
    };
    const timer = setTimeout(() => {
      late = true;
      end();
    }, options.seconds * 1000);
    process.once('exit', end);
    child.once('error', reject);
    child.once('exit', end);
    child.once('close', (code) => {
      clearTimeout(timer);
      process.removeListener('exit', end);
      resolve({ ended: late ? 'timed out' : code === 0 ? 'passed' : 'failed', output });
    });
  });
}
