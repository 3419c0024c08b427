import { spawn, spawnSync } from 'node:child_process';
import { quote } from '../../src/shell/index.ts';
import { ROOT, trusting } from './harness.ts';

/** What a person at a terminal of 80 columns saw, and how it ended. */
export interface Shown {
  readonly code: number;
  readonly shown: string;
}

/**
 * Runs the command on a terminal of its own (script(1)), and types the answer to each question, once, when it is seen; or sends it a
 * signal then.
 */
export function onTerminal(
  more: NodeJS.ProcessEnv,
  answers: Readonly<Record<string, string | { readonly signal: NodeJS.Signals }>>,
  ...args: readonly string[]
): Promise<Shown> {
  const command = `stty cols 80 rows 24; exec ${['node', 'bin/provision.js', ...args].map(quote).join(' ')}`;
  const env = { ...trusting(), TERM: 'xterm-256color', CI: '', ...more };
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
      cwd: ROOT,
      env,
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
      if (open.size === 0) resolve({ code: code ?? 255, shown });
      else reject(new Error(`never asked: ${[...open.keys()].join(', ')}\n${shown}`));
    });
  });
}

const childrenOf = (parent: number | undefined): readonly number[] =>
  spawnSync('pgrep', ['-P', String(parent)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(Number);
