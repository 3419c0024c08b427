/** Ctrl-C, `kill`, and a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first signal asks to end after what runs now, the second ends at once. A reader of the output that has enough, as in `| head`, is a
 * first one.
 */
export function onInterrupt(say: (text: string) => void): {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  readonly release: () => void;
} {
  const stop = new AbortController();
  const abort = new AbortController();
  const listener = () => {
    if (stop.signal.aborted) return abort.abort();
    say('Finishing the current step; Ctrl-C again aborts.\n');
    stop.abort();
  };
  const unread = () => {
    if (!stop.signal.aborted) listener();
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  process.stdout.on('error', unread);
  return {
    stop: stop.signal,
    abort: abort.signal,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, listener);
      process.stdout.off('error', unread);
    },
  };
}

/** Output that nobody takes any more, a pipe that was closed or a terminal that is gone, is no error of ours. */
export function writeWhileRead(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
