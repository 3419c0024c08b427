import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { partsOf } from '../../src/engine/frame.ts';
import { BEAT, holdFrame, PATIENCE } from '../../src/engine/hold-frame.ts';
import { raw, type Script } from '../../src/shell/index.ts';

export const SHELLS: readonly (readonly [string, readonly string[]])[] = [
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
];

export const NONCE = 'provision-0123456789abcdef';

/** The process that holds a host for a run, in a shell of its own, with a shorter patience. */
export class Holder {
  readonly child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #beats: NodeJS.Timeout | undefined;

  constructor(shell: readonly string[], lock: string, token: string, fragment = 'echo seen') {
    const script = holdFrame({ token, holder: `run ${token}`, fragments: [raw(fragment)] }, NONCE);
    const text = at(lock, script).reveal().replace(`timeout ${PATIENCE}`, 'timeout 2');
    const [command = 'sh', ...args] = shell;
    this.child = spawn(command, [...args, '-s'], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (data: Buffer) => {
      this.#stdout += data.toString();
    });
    this.child.stderr?.on('data', (data: Buffer) => {
      this.#stderr += data.toString();
    });
    this.child.stdin?.on('error', () => undefined);
    this.child.stdin?.write(`${text}\n`);
  }

  get lock(): { code: number; text: string } | undefined {
    return partsOf(this.#stdout, NONCE).get('lock');
  }

  get stderr(): string {
    return this.#stderr;
  }

  get seen(): string | undefined {
    return partsOf(this.#stdout, NONCE).get('0')?.text;
  }

  tell(text: string): void {
    this.child.stdin?.write(`${text}\n`);
  }

  /** Says that the run goes on, until it ends. */
  beat(): void {
    this.#beats = setInterval(() => this.tell(BEAT), 500);
  }

  /** What it said of the lock, and in how many milliseconds. */
  async said(): Promise<number | undefined> {
    for (let i = 0; i < 100 && this.lock === undefined; i++) await sleep(30);
    return this.lock?.code;
  }

  async ended(seconds: number): Promise<boolean> {
    for (let i = 0; i < seconds * 20 && this.child.exitCode === null; i++) await sleep(50);
    return this.child.exitCode !== null;
  }

  end(): void {
    clearInterval(this.#beats);
    this.child.stdin?.end();
  }
}

/** A script of the engine, whose locks are at another place. */
export const at = (lock: string, script: Script) =>
  script.map((text) => text.replaceAll('/run/provision.lock', lock));

export const newLock = () => join(mkdtempSync(join(tmpdir(), 'provision-hold-')), 'lock');
