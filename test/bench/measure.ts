import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../lab/shell.ts';

export interface Measured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Seconds from the start to the end of the command. */
  readonly seconds: number;
  /** Seconds of processor of the command and of all that it started, also what it left running. */
  readonly cpu: number;
  /** Bytes of memory of its own, of all its processes together, at the most. Sampled. */
  readonly memory: number;
}

export interface Command {
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

const SAMPLE = 20;
const ROOT = '/sys/fs/cgroup';

/** Control groups of version 1 or 2 (cgroups(7)): a group sees also the processes that leave their parents. */
class Group {
  readonly folders: readonly string[];
  readonly #v2 = existsSync(join(ROOT, 'cgroup.controllers'));

  constructor(name: string) {
    if (this.#v2) writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+memory');
    this.folders = (this.#v2 ? ['.'] : ['cpuacct', 'memory']).map((controller) =>
      join(ROOT, controller, name),
    );
    for (const folder of this.folders) mkdirSync(folder);
  }

  cpu(): number {
    return cpuOf(this.folders[0] ?? '');
  }

  memory(): number {
    const stat = readFileSync(join(this.folders.at(-1) ?? '', 'memory.stat'), 'utf8');
    return Number((this.#v2 ? /^anon (\d+)/m : /^total_rss (\d+)/m).exec(stat)?.[1]);
  }

  /** Ends what is left, and the group. */
  async remove(): Promise<void> {
    for (const folder of this.folders) {
      for (let left = pids(folder); left.length > 0; left = pids(folder)) {
        for (const pid of left) process.kill(pid, 'SIGKILL');
        await sleep(20);
      }
      rmdirSync(folder);
    }
  }
}

const pids = (folder: string) =>
  readFileSync(join(folder, 'cgroup.procs'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);

/** Seconds of processor that a control group has taken, of either version. */
export function cpuOf(folder: string): number {
  const old = join(folder, 'cpuacct.usage');
  if (existsSync(old)) return Number(readFileSync(old, 'utf8')) / 1e9;
  return Number(/usage_usec (\d+)/.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8'))?.[1]) / 1e6;
}

let count = 0;
/** Runs a command and counts what it takes of this machine. */
export async function measure({ argv, env = process.env, cwd }: Command): Promise<Measured> {
  const group = new Group(`provision-bench-${process.pid}-${count++}`);
  const enter = group.folders.map((folder) => `echo $$ >${folder}/cgroup.procs; `).join('');
  const start = performance.now();
  const child = spawn('sh', ['-c', `${enter}exec "$@"`, 'sh', ...argv], {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let memory = 0;
  const sampling = setInterval(() => {
    memory = Math.max(memory, group.memory());
  }, SAMPLE);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // What it left running may keep its output open: the end of the process is the end.
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => resolve(status ?? 255));
  });
  const seconds = (performance.now() - start) / 1000;
  clearInterval(sampling);
  await sleep(20);
  const cpu = group.cpu();
  await group.remove();
  return { code, stdout, stderr, seconds, cpu, memory };
}
