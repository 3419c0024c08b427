import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted, ProvisionError, TransportError, type TransportFailure } from '../errors/index.ts';
import { WHICH_BOOT } from '../resource/index.ts';
import { BrokenAnswer } from './failures.ts';
import type { HostState } from './run.ts';
import type { RunLock } from './run-lock.ts';
import type { RunOptions } from './run-options.ts';
import { Session } from './session.ts';

/** Milliseconds between two attempts, and where a login has failed: sshd puts an address off for each (see `wait-for-boot.ts`). */
const PAUSE = 5000;
const PAUSE_LOGIN = 10_000;

/** Whoever answers with another key is not asked again: it may be another machine. */
const OTHER_MACHINE: ReadonlySet<TransportFailure> = new Set([
  'host-key-unknown',
  'host-key-changed',
  'host-key-revoked',
]);

/** @throws BrokenAnswer where the host does not say. */
export async function bootOf(session: Session): Promise<string> {
  const [output] = await session.ask([WHICH_BOOT], 'gate');
  const boot = output?.stdout.trim() ?? '';
  if (output?.code !== 0 || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\/\d+$/.test(boot))
    throw new BrokenAnswer(
      'could not ask which boot of the machine this is',
      output ?? { code: 1, stderr: '' },
    );
  return boot;
}

/**
 * Waits until a host that was told to reboot answers from another boot than `before`, and takes its lock again, which has gone with the
 * process that held it. All other hosts stay held meanwhile.
 *
 * @throws NotBack where it does not come in `within` seconds; LockHeld, OrphanRuns or ChangedMeanwhile where another run was quicker.
 */
export async function comeBack(
  state: HostState,
  { before, within }: { readonly before: string; readonly within: number },
  lock: RunLock,
  options: RunOptions,
  pause = PAUSE,
): Promise<void> {
  const old = state.session;
  state.session = await nextBoot(state, { before, within }, options, pause);
  try {
    await lock.again(state, options);
  } finally {
    await old?.[Symbol.asyncDispose]();
  }
}

async function nextBoot(
  { host }: HostState,
  { before, within }: { readonly before: string; readonly within: number },
  { connect, emit, stop, abort, ...options }: RunOptions,
  pause: number,
): Promise<Session> {
  const end = performance.now() + within * 1000;
  const again = () => connect(host, abort);
  let answered = true;
  let reason = 'it has not gone down yet';
  let wasLogin = false;
  for (;;) {
    if (stop.aborted) throw new Interrupted();
    emit({ kind: 'gate-waiting', host: host.name, title: 'it has booted again', reason });
    await sleep(wasLogin ? Math.max(pause, PAUSE_LOGIN) : pause, undefined, { signal: stop }).catch(
      () => undefined,
    );
    if (stop.aborted) throw new Interrupted();
    let session: Session | undefined;
    try {
      session = new Session(host.name, await again(), { ...options, emit, abort }, again);
      if ((await bootOf(session)) !== before) return session;
      answered = true;
      wasLogin = false;
      reason = 'it has not gone down yet';
    } catch (error) {
      if (abort.aborted) throw error;
      const isAway = error instanceof TransportError && !OTHER_MACHINE.has(error.failure);
      if (!isAway && !(error instanceof BrokenAnswer)) throw error;
      answered = false;
      wasLogin = isAway && (error.failure === 'booting' || error.failure === 'auth');
      reason = error.message;
    }
    await session?.[Symbol.asyncDispose]();
    if (performance.now() > end)
      throw answered
        ? new StillUp(within, options.onHost(host.name, 'systemctl list-jobs; journalctl -b -n 40'))
        : new NotBack(within, reason);
  }
}

/** It was told to reboot, and does not answer. */
export class NotBack extends ProvisionError {
  constructor(within: number, reason: string) {
    super(`it was told to reboot, and has not come back within ${within} s: ${reason}`, {
      code: 'not-back',
      fix: [
        'look at its console, where it stands: in the boot loader, in a check of its disks, or waiting for a mount or for the network; run again once it answers',
      ],
    });
  }
}

/** It was told to reboot, and goes on as before. */
export class StillUp extends ProvisionError {
  constructor(within: number, look: string) {
    super(`it was told to reboot, and has not gone down within ${within} s`, {
      code: 'still-up',
      fix: [`look what it waits for, and run again: ${look}`],
    });
  }
}
