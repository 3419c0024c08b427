import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type Ended, suitesOf, tableOf } from './suites.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const { only, without } = new Command('test:all')
  .description(
    'Runs every suite, one after the other, and prints one table. It takes a night: see CONTRIBUTING.',
  )
  .option('--only <suites>', 'these alone, by commas, as in check,storage')
  .option('--without <suites>', 'all but these')
  .parse()
  .opts<{ only?: string; without?: string }>();

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};
const suites = suitesOf(scripts, only, without);
const folder = mkdtempSync(join(tmpdir(), 'provision-all-'));
process.stdout.write(`${suites.map(({ name }) => name).join(', ')}; what each prints: ${folder}\n`);

const ended: Ended[] = [];
for (const { name, script } of suites) {
  const start = performance.now();
  const log = join(folder, `${name}.log`);
  const code = await run(script, log);
  const minutes = (performance.now() - start) / 60_000;
  ended.push({ name, code, minutes, said: readFileSync(log, 'utf8') });
  process.stdout.write(`${tableOf(ended.slice(-1))}\n`);
}
process.stdout.write(`\n${tableOf(ended)}\n`);
process.exitCode = ended.every(({ code }) => code === 0) ? 0 : 1;

/** Runs a script of the package into a file, and gives its exit code. */
function run(script: string, log: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const out = createWriteStream(log);
    out.on('open', () => {
      const child = spawn('npm', ['run', '--silent', script], {
        cwd: ROOT,
        env: { ...process.env, NO_COLOR: '1' },
        stdio: ['ignore', out, out],
      });
      child.on('error', reject);
      child.on('close', (code) => resolve(code ?? 255));
    });
  });
}
