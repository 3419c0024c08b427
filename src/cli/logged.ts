import type { Event } from '../engine/index.ts';
import { openRunLog } from './run-log.ts';
import type { Prepared } from './set-up.ts';

const GOOD = [0, 10];

/** A command that changes hosts, with a log of it. `ended` gets its exit code, and says where the log is if it did not end well. */
export function logged(prepared: Prepared): {
  readonly given: Prepared;
  readonly ended: (code: number | undefined) => void;
} {
  const { run, screen } = prepared;
  const log = openRunLog(run.inventory.cluster, process.env);
  const emit = (event: Event) => {
    run.emit(event);
    log.emit(event);
  };
  return {
    given: { ...prepared, run: { ...run, emit } },
    ended(code) {
      const trouble = log.trouble();
      if (trouble !== undefined) screen.err(`There is no whole log of this: ${trouble}\n`);
      else if (code === undefined || !GOOD.includes(code))
        screen.err(`What ran, and what it said: ${log.path}\n`);
    },
  };
}
