import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../errors/index.ts';
import type { InventoryHost } from '../inventory/index.ts';
import { LOCK, RUN_LOCK } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import type { Hold } from './hold.ts';
import { ChangedMeanwhile, LockHeld, LockLost, OrphanRuns } from './lock-failures.ts';
import { everyHost, reached } from './reach.ts';
import type { HostState, Look, Run } from './run.ts';
import type { RunOptions } from './run-options.ts';
import type { Session } from './session.ts';

/** Times that the hosts are tried for, where two runs began at once and each has taken some. */
const TRIES = 5;
/** Seconds. A run that has had a host for longer than this is at work, and not just beginning as well. */
const YOUNG = 10;

/** Ends the process on a host that holds the lock for a run, also one that is stopped: only while it is held, and none after it. */
const END = `flock -n ${RUN_LOCK} true || kill -9 $(sed -n 2p ${RUN_LOCK})`;
/** Shows which commands a run has left. */
const SHOW = `cat ${LOCK}; ps -eo pid,etime,args --forest | tail -n 40`;

/** Who has changed a host since its boot: only a script of changes writes to the file, and what is in memory goes with a boot. */
const CHANGED_BY = sh`head -n 1 ${LOCK}`;

/** What a host is asked as soon as all are held. */
export type Looks = (state: HostState) => Look;

/**
 * The lock of a whole run: one on every host that was reached, whether or not it may be changed. Two runs that reach one host in
 * common exclude each other, whatever their inventories, their order or `--limit`. It is taken before the look that decides and
 * kept until the last command. A host's lock frees itself: see `holdFrame`.
 */
export class RunLock implements AsyncDisposable {
  readonly #holds = new Map<string, { readonly hold: Hold; readonly look: Look }>();

  /** Those that were taken: what cannot be taken is a host that was not reached. */
  readonly #held = new Set<string>();

  readonly #token = randomBytes(12).toString('hex');

  private constructor() {}

  /**
   * The host that comes first by its address is taken alone, so that of two runs that begin at once one is told there; the
   * others follow at the same time. Where a run that has just begun has one of them, all are given back and tried again.
   *
   * @throws LockHeld where another run is at work, OrphanRuns where a command of an earlier one does not end.
   */
  static async take(run: Run, looks: Looks): Promise<RunLock> {
    const { stop } = run.options;
    for (let tries = 1; ; tries++) {
      const lock = new RunLock();
      try {
        const other = await lock.#takeAll(run, looks);
        // What was asked to end in between may hold only some of them.
        if (stop.aborted) throw new Interrupted();
        if (other === undefined) return lock;
        if (!other.crossing || other.seconds > YOUNG || tries === TRIES) throw other.error;
      } catch (error) {
        await lock[Symbol.asyncDispose]();
        throw error;
      }
      await lock[Symbol.asyncDispose]();
      await sleep(200 + Math.random() * 1300, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) throw new Interrupted();
    }
  }

  /** Asks all hosts what was sent along with the lock. */
  async look(run: Run): Promise<void> {
    const held = reached(run).filter(({ host }) => this.#holds.has(host.name));
    const look = async (state: HostState) => {
      const one = this.#holds.get(state.host.name);
      if (one === undefined) return;
      const sent = Date.now();
      const outputs = await one.hold.look();
      one.look.keep(state, outputs, { sent, answered: Date.now() });
      run.looked(state);
    };
    await everyHost(run, held, look, { concurrency: Math.max(1, held.length) });
  }

  /** The hosts that were held and are no more, each noted as failed: nothing more is begun. */
  lost(run: Run): readonly string[] {
    const lost = [...this.#held].filter((name) => this.#holds.get(name)?.hold.ended);
    for (const name of lost) if (run.state(name).errors.length === 0) run.fail(name, new LockLost());
    return lost;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#holds.values()].map(({ hold }) => hold[Symbol.asyncDispose]()));
  }

  /**
   * Takes a host again that has lost its lock with its boot, and looks whether nobody has changed it since.
   *
   * @throws LockHeld, OrphanRuns or ChangedMeanwhile where another run was quicker.
   */
  async again(state: HostState, options: RunOptions): Promise<void> {
    await this.#holds.get(state.host.name)?.hold[Symbol.asyncDispose]();
    const other = await this.#takeOne(state, options, {
      fragments: [CHANGED_BY],
      keep: () => undefined,
    });
    if (other !== undefined) throw other.error;
    const [output] = (await this.#holds.get(state.host.name)?.hold.look()) ?? [];
    if (output?.stdout !== '') throw new ChangedMeanwhile(output?.stdout.trim() || 'it has not said which');
  }

  /** Who has it, if it is not us. */
  async #takeOne(
    state: HostState,
    options: RunOptions,
    look: Look,
  ): Promise<Omit<Other, 'crossing'> | undefined> {
    const { name } = state.host;
    const start = performance.now();
    const hold = (state.session as Session).hold(this.#token, look.fragments);
    this.#holds.set(name, { hold, look });
    const taking = await hold.taken();
    const milliseconds = Math.round(performance.now() - start);
    options.emit({ kind: 'exec', host: name, purpose: 'lock', milliseconds });
    if (taking.kind === 'taken')
      return {
        error: new LockHeld(name, taking.by, options.onHost(name, END)),
        seconds: taking.seconds,
      };
    if (taking.kind === 'busy')
      return {
        error: new OrphanRuns(name, taking.by, options.onHost(name, SHOW)),
        seconds: Number.POSITIVE_INFINITY,
      };
    return undefined;
  }

  /** Who has one of them, if it is not us who have all now. */
  async #takeAll(run: Run, looks: Looks): Promise<Other | undefined> {
    const others: Omit<Other, 'crossing'>[] = [];
    const takeOne = async (state: HostState) => {
      const { name } = state.host;
      const other = await this.#takeOne(state, run.options, looks(state));
      if (other === undefined) this.#held.add(name);
      else others.push(other);
    };
    const [first, ...rest] = reached(run).toSorted((a, b) => {
      const [one, other] = [placeOf(a.host), placeOf(b.host)];
      return one < other ? -1 : one > other ? 1 : 0;
    });
    for (const states of [first === undefined ? [] : [first], rest]) {
      await everyHost(run, states, takeOne);
      const [oldest] = others.toSorted((a, b) => b.seconds - a.seconds);
      if (oldest !== undefined) return { ...oldest, crossing: states === rest };
    }
    return undefined;
  }
}

/** Why a host could not be taken, and for how many seconds that has been so. */
interface Other {
  readonly error: Error;
  readonly seconds: number;
  /** We had another host by then, which that run may wait for. */
  readonly crossing: boolean;
}

/** Where a host is reached. Two inventories may call it by other names, and have it in another place. */
const placeOf = ({ address, ssh }: InventoryHost) => `${address} ${ssh.port ?? ''}`;
