import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between the beginnings of two attempts. */
const EACH = 1000;

interface Attempt {
  readonly begin: number;
  readonly end: number;
}

/** Makes attempts until it is told to stop, and waits for those that are under way. */
export type Pace = (once: () => Promise<void>, going: () => boolean) => Promise<void>;

/** Attempts begin one a second, whatever has become of those before, as those of many clients do. */
const eachSecond: Pace = async (once, going) => {
  const under: Promise<void>[] = [];
  while (going()) {
    under.push(once());
    await sleep(EACH);
  }
  await Promise.all(under);
};

/**
 * The longest time, in seconds, that somebody waited who wanted something at any moment and tried again until it succeeded. What
 * ends it gives the longest wait since a moment, and the usual one: that before it.
 */
export function withoutService(attempt: (number: number) => Promise<void>, pace = eachSecond) {
  let going = true;
  const wanted: number[] = [];
  const good: Attempt[] = [];
  const once = async () => {
    const begin = Date.now();
    const number = wanted.push(begin) - 1;
    await attempt(number).then(
      () => void good.push({ begin, end: Date.now() }),
      () => undefined,
    );
  };
  const work = pace(once, () => going);
  return async (from = 0): Promise<{ readonly usual: number; readonly since: number }> => {
    going = false;
    const end = Date.now();
    await work;
    const before = wanted.filter((begin) => begin < from);
    const until = good.filter((one) => one.end <= from);
    return {
      usual: before.length === 0 ? 0 : longestWait(before, until, from) / 1000,
      since: longestWait(wanted, good, end, from) / 1000,
    };
  };
}

/**
 * Whoever succeeded in nothing that began after it was wanted has waited until the end. Of what was wanted before `from`, the wait since
 * then is counted.
 */
export function longestWait(
  wanted: readonly number[],
  good: readonly Attempt[],
  end: number,
  from = 0,
): number {
  const waits = wanted.map((begin) => {
    const ends = good.filter((one) => one.begin >= begin).map((one) => one.end);
    return (ends.length === 0 ? end : Math.min(...ends)) - Math.max(begin, from);
  });
  return Math.max(...waits);
}
