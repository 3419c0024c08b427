import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What a person at a terminal of 80 columns saw, and how it ended. */
export interface Shown {
  readonly code: number;
  readonly shown: string;
}

/** To what is asked; or the signal that is sent then. */
export type Answers = Readonly<Record<string, string | { readonly signal: NodeJS.Signals }>>;

/**
 * Runs a command of the shell on a terminal of its own (script(1)), and types the answer to each question, once, when it is seen; or sends it a
 * signal then.
 */
export function typed(
  command: string,
  answers: Answers,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Shown & { readonly unasked: readonly string[] }> {
  const whole = `stty cols 80 rows 24; exec ${command}`;
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['--quiet', '--return', '--flush', '--command', whole, '/dev/null'], {
      cwd: ROOT,
      env: { ...env, TERM: 'xterm-256color' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const open = new Map(Object.entries(answers));
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      for (const [question, answer] of open) {
        if (!shown.includes(question)) continue;
        open.delete(question);
        if (typeof answer === 'string') child.stdin.write(`${answer}\r`);
        else for (const pid of childrenOf(child.pid)) process.kill(pid, answer.signal);
      }
    });
    child.on('error', reject);
    child.on('close', (code) => {
      child.stdin.destroy();
      resolve({ code: code ?? 255, shown, unasked: [...open.keys()] });
    });
  });
}

const childrenOf = (parent: number | undefined): readonly number[] =>
  spawnSync('pgrep', ['-P', String(parent)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(Number);
