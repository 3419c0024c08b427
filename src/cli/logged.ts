import type { Event } from '../engine/index.ts';
import { EXIT } from '../errors/index.ts';
import { openRunLog } from './run-log.ts';
import type { SetUp } from './set-up.ts';

const GOOD: readonly number[] = [EXIT.done, EXIT.changes];

/** Does what changes hosts with a log of it, and says where that is if it did not end well. `work` gives the exit code. */
export async function logged(prepared: SetUp, work: (given: SetUp) => Promise<number>): Promise<number> {
  const { runOptions, screen } = prepared;
  const log = openRunLog(runOptions.inventory.cluster, process.env);
  const emit = (event: Event) => {
    runOptions.emit(event);
    log.emit(event);
  };
  let code: number | undefined;
  try {
    code = await work({ ...prepared, runOptions: { ...runOptions, emit } });
    return code;
  } finally {
    const trouble = log.trouble();
    if (trouble !== undefined) screen.err(`There is no whole log of this: ${trouble}\n`);
    else if (code === undefined || !GOOD.includes(code))
      screen.err(`What ran, and what it said: ${log.path}\n`);
  }
}
