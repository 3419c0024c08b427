import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { template } from '../../src/template/index.ts';
import { randomFrom } from '../random.ts';
import { processesOf, Storage } from './storage.ts';

/** Seconds of the lease in these schedules: as short as its clock of whole seconds allows, in the order of the real ones. */
export const TIMES = {
  interval: 1,
  prompt: 2,
  limit: 5,
  handover: 14,
  grace: 3,
  drain: 1,
  patience: 3,
  gap: 5,
};
/** Seconds that a command may go on after the lease has decided to kill it, on a machine where much is tried at once. */
const KILLING = 6;
/** Seconds within which the wanted one serves once nothing more happens. */
export const SUM =
  TIMES.prompt + TIMES.limit + KILLING + TIMES.handover + TIMES.gap + TIMES.patience + TIMES.grace + 6;

const PROGRAM = template(import.meta.url, '../../templates/lease.sh.hbs', TIMES);

/** What the command does when it is asked to end. */
const COMMANDS = [
  'write',
  'trap "" TERM; write',
  'trap : TERM; (trap "" HUP; write) & wait; wait',
  'setsid sh -c "$0" & exec sleep 1000',
];
const WRITE =
  'write() { while :; do while [ -e "$SILENT" ]; do sleep 0.05; done; echo "$CANDIDATE" >>"$LOG"; sleep 0.1; done; }';

interface Candidate {
  readonly name: string;
  readonly node: string;
  readonly process: ChildProcess;
  readonly began: number;
  ended?: number;
  said: string;
  stopped: boolean;
}

export interface Outcome {
  readonly events: readonly string[];
  readonly faults: readonly string[];
}

/** One schedule: a place whose tasks are started, stopped, cut off and killed by chance, and then left alone. */
export class Schedule {
  readonly #storage = new Storage();
  readonly #log = join(this.#storage.folder, 'log');
  readonly #candidates: Candidate[] = [];
  readonly #events: string[] = [];
  readonly #shell: readonly string[];
  readonly #chance: () => number;
  readonly #begin = performance.now();
  #silentSince = new Map<string, number>();
  #over = false;

  constructor(shell: readonly string[], seed: number) {
    this.#shell = shell;
    this.#chance = randomFrom(seed);
    writeFileSync(this.#log, '');
    writeFileSync(join(this.#storage.folder, 'program'), PROGRAM);
  }

  async run(events: number): Promise<Outcome> {
    const watching = this.#keepLock();
    this.#start();
    for (let count = 0; count < events; count++) {
      await sleep(300 + this.#chance() * 3500);
      this.#happen();
    }
    const served = await this.#calm();
    for (const candidate of this.#candidates) candidate.process.kill('SIGCONT');
    for (const candidate of this.#candidates) candidate.process.kill('SIGTERM');
    await sleep((TIMES.grace + 3) * 1000);
    this.#over = true;
    await watching;
    for (const { name } of this.#candidates) for (const pid of processesOf(name)) killed(pid);
    const faults = [...(served ? [] : [`nobody served for ${SUM} s`]), ...this.#faults()];
    this.#storage.remove();
    return { events: this.#events, faults };
  }

  #note(text: string): void {
    this.#events.push(`${((performance.now() - this.#begin) / 1000).toFixed(1)} ${text}`);
  }

  #alive = () => this.#candidates.filter(({ ended }) => ended === undefined);

  #start(): void {
    const number = this.#candidates.length + 1;
    const [name, node] = [`${this.#storage.folder}-${number}`, `node-${number}`];
    const command = COMMANDS[Math.floor(this.#chance() * COMMANDS.length)] ?? '';
    const path = `${this.#storage.node(node)}:${env.PATH}`;
    const [program = '', ...words] = this.#shell;
    const child = spawn(
      program,
      [
        ...words,
        join(this.#storage.folder, 'program'),
        this.#storage.lease,
        'sh',
        '-c',
        `${WRITE}; ${command}`,
        `${WRITE}; write`,
      ],
      {
        env: {
          ...env,
          PATH: path,
          CANDIDATE: name,
          LOG: this.#log,
          PROVISION_PLACE: 'place',
          SILENT: `${join(this.#storage.folder, node)}.silent`,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const candidate: Candidate = {
      name,
      node,
      process: child,
      began: performance.now(),
      said: '',
      stopped: false,
    };
    child.stderr?.on('data', (data) => {
      candidate.said += String(data);
      if (String(data).includes('made way')) this.#note(`${node} makes way`);
    });
    child.once('exit', () => {
      candidate.ended = performance.now();
    });
    this.#candidates.push(candidate);
    this.#note(`${node} starts: ${command}`);
  }

  #happen(): void {
    const alive = this.#alive();
    const one = alive[Math.floor(this.#chance() * alive.length)];
    const dice = this.#chance();
    if (one === undefined || (dice < 0.25 && alive.length < 3)) this.#start();
    else if (dice < 0.4) this.#signal(one, 'SIGTERM');
    else if (dice < 0.5) this.#signal(one, 'SIGKILL');
    else if (dice < 0.6) {
      one.stopped = !one.stopped;
      this.#signal(one, one.stopped ? 'SIGSTOP' : 'SIGCONT');
    } else if (dice < 0.7) this.#killCommand(one);
    else {
      const sees = !this.#storage.isSeen(one.node);
      this.#see(one, sees);
    }
  }

  #signal(candidate: Candidate, name: NodeJS.Signals): void {
    candidate.process.kill(name);
    this.#note(`${candidate.node} ${name}`);
  }

  #see({ node }: Candidate, sees: boolean): void {
    this.#storage.see(node, sees);
    if (sees) this.#silentSince.delete(node);
    else this.#silentSince.set(node, performance.now());
    this.#note(`${node} ${sees ? 'sees the storage again' : 'does not see the storage'}`);
  }

  #killCommand({ name, node, process: main }: Candidate): void {
    const command = processesOf(name).filter((pid) => pid !== main.pid);
    const pid = command[Math.floor(this.#chance() * command.length)];
    if (pid === undefined) return;
    if (killed(pid)) this.#note(`${node}: one of its processes is killed`);
  }

  /** The storage's own part: the lock of one that has ended, or that it gives up, is free. */
  async #keepLock(): Promise<void> {
    while (!this.#over) {
      await sleep(100);
      const owner = this.#candidates.find(({ name }) => name === this.#storage.owner());
      if (owner === undefined) continue;
      const silent = this.#silentSince.get(owner.node);
      const given = silent !== undefined && performance.now() - silent > 1500;
      if (given || (owner.ended !== undefined && processesOf(owner.name).length === 0)) {
        this.#storage.free();
        this.#note(`the lock of ${owner.node} is free`);
      }
    }
  }

  /** Nothing more happens, but that what ends is started again, as a swarm does with the task that it wants. */
  async #calm(): Promise<boolean> {
    for (const candidate of this.#alive()) {
      if (candidate.stopped) this.#signal(candidate, 'SIGCONT');
      if (!this.#storage.isSeen(candidate.node)) this.#see(candidate, true);
    }
    const until = performance.now() + SUM * 1000;
    while (performance.now() < until) {
      await sleep(250);
      const wanted = this.#candidates.at(-1);
      if (wanted?.ended !== undefined && performance.now() - wanted.ended > 1000) this.#start();
      const last = readFileSync(this.#log, 'utf8').trimEnd().split('\n').at(-1);
      if (wanted !== undefined && wanted.ended === undefined && last === wanted.name) return true;
    }
    return false;
  }

  #faults(): readonly string[] {
    const blocks: string[] = [];
    for (const name of readFileSync(this.#log, 'utf8').split('\n'))
      if (name !== '' && name !== blocks.at(-1)) blocks.push(name);
    const twice = blocks.filter((name, index) => blocks.indexOf(name) !== index);
    const alone = this.#candidates.filter(
      ({ said, began, ended }) =>
        said.includes('made way') &&
        !this.#candidates.some(
          (other) =>
            other.began > began && (other.ended === undefined || other.ended > (ended ?? 0) - ALIVE * 1000),
        ),
    );
    return [
      ...twice.map((name) => `${name} writes again after another has begun`),
      ...alone.map(({ node }) => `${node} makes way for nobody`),
    ];
  }
}

/** Seconds before its end within which one that makes way has to have had somebody to make way for. */
const ALIVE = TIMES.interval + TIMES.prompt + TIMES.grace + KILLING;

/** Kills a process, unless it has ended meanwhile. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
