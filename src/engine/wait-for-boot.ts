import { setTimeout as sleep } from 'node:timers/promises';
import { TransportError } from '../errors/index.ts';
import type { Transport } from '../transport/transport.ts';
import type { RunOptions } from './run.ts';

/** Milliseconds that a machine may still be starting, and between two attempts. */
const PATIENCE = 300_000;
const PAUSE = 3000;

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
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      const isStarting = error instanceof TransportError && error.failure === 'booting';
      if (!isStarting || performance.now() - since > patience || stop.aborted) throw error;
      emit({ kind: 'gate-waiting', host, title: 'it has started', reason: error.message });
      await sleep(pause, undefined, { signal: stop }).catch(() => undefined);
    }
  }
}
