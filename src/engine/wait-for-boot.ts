import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted, TransportError, type TransportFailure } from '../errors/index.ts';
import type { Transport } from '../transport/transport.ts';
import type { RunOptions } from './run-options.ts';

/**
 * Milliseconds that a machine may still be starting, and between two attempts: sshd puts an address off for 5 s for each login that fails
 * (sshd_config(5), PerSourcePenalties), and the more the longer.
 */
const PATIENCE = 300_000;
const PAUSE = 10_000;

/** What else a machine may say while it starts: it drops the connections that it has put off. */
const MEANWHILE: ReadonlySet<TransportFailure> = new Set(['lost', 'not-listening', 'timeout', 'unreachable']);

/** Connects to a host. One that lets in nobody but root until it has started (pam_nologin(8)) is waited for, as a first boot is. */
export async function onceStarted(
  host: string,
  connect: () => Promise<Transport>,
  { emit, stop }: Pick<RunOptions, 'emit' | 'stop'>,
  { patience, pause }: { readonly patience: number; readonly pause: number } = {
    patience: PATIENCE,
    pause: PAUSE,
  },
): Promise<Transport> {
  const since = performance.now();
  let wasStarting = false;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      const isStarting = error.failure === 'booting' || (wasStarting && MEANWHILE.has(error.failure));
      if (!isStarting || performance.now() - since > patience) throw error;
      if (stop.aborted) throw new Interrupted();
      wasStarting = true;
      emit({ kind: 'gate-waiting', host, title: 'it has started', reason: error.message });
      await sleep(pause, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) throw new Interrupted();
    }
  }
}
