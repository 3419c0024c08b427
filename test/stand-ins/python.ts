import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const STAND_INS = fileURLToPath(new URL('../lab/stand-ins/', import.meta.url));
/** By its own path: a start file under test finds nothing of this machine on its PATH. */
const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).trim();

type Env = Readonly<Record<string, string>>;

const around = (image: string): Env => ({
  PYTHONPATH: [join(STAND_INS, image), join(STAND_INS, 'base'), HERE].join(delimiter),
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONUNBUFFERED: '1',
});

/** What a few lines of Python print as JSON, with the files of an image to import from. */
export async function python(image: string, code: string, env: Env = {}): Promise<unknown> {
  const options = { env: { PATH: process.env.PATH, ...around(image), ...env }, encoding: 'utf8' } as const;
  const { stdout } = await promisify(execFile)(PYTHON, ['-c', code], options);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** A start file that runs in a process group of its own, with programs of ours in the place of all others. */
export interface Started extends AsyncDisposable {
  readonly folder: string;
  /** Ends the start file alone. */
  readonly terminate: () => void;
  /** Ends every process. */
  readonly terminateAll: () => void;
  /** Its exit code, once it has ended; undefined when it has not within so many seconds. */
  readonly ended: (seconds: number) => Promise<number | null | undefined>;
  /** Whether a program of ours runs. */
  readonly runs: (program: string) => boolean;
  readonly said: () => string;
}

/** Programs run for a minute, or do what is given. Ones that have to run first are waited for. */
export async function start(
  file: string,
  { programs = {}, env = {}, until = [], args = [] }: Options,
): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'provision-stand-in-'));
  for (const [name, does] of Object.entries(programs)) {
    const script = `#!/bin/sh\necho $$ >${folder}/${name}.pid\n${does}\n`;
    writeFileSync(join(folder, name), script, { mode: 0o755 });
  }
  const [image = ''] = file.split('/');
  const child = spawn(PYTHON, [join(HERE, 'apart.py'), join(STAND_INS, file), folder, ...args], {
    env: { ...around(image), PATH: folder, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const started: Started = {
    folder,
    terminate: () => void child.kill('SIGTERM'),
    terminateAll: () => void signal(child, 'SIGTERM'),
    ended: (seconds) => Promise.race([exit, sleep(seconds * 1000, undefined)]),
    runs: (program) => isAlive(join(folder, `${program}.pid`)),
    said: () => said,
    [Symbol.asyncDispose]: async () => void signal(child, 'SIGKILL'),
  };
  for (let tries = 0; !until.every(started.runs); tries++) {
    if (tries > 100) throw new Error(`${file} does not start ${until.join(' and ')}: ${said}`);
    await sleep(100);
  }
  return started;
}

interface Options {
  readonly programs?: Readonly<Record<string, string>>;
  readonly env?: Env;
  readonly until?: readonly string[];
  readonly args?: readonly string[];
}

/** To its whole group. */
function signal({ pid = 0 }: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // All of them have ended.
  }
}

function isAlive(file: string): boolean {
  try {
    const stat = readFileSync(`/proc/${readFileSync(file, 'utf8').trim()}/stat`, 'utf8');
    return !/\) Z/.test(stat);
  } catch {
    return false;
  }
}
