/** Ctrl-C: the first asks to end after what runs now, the second ends at once. */
export function onInterrupt(say: (text: string) => void): {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  readonly release: () => void;
} {
  const stop = new AbortController();
  const abort = new AbortController();
  const listener = () => {
    if (stop.signal.aborted) return abort.abort();
    say('stopping: what runs now is finished; once more to give it up\n');
    stop.abort();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    stop: stop.signal,
    abort: abort.signal,
    release: () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
