import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two attempts. */
const EACH = 1000;

interface Attempt {
  readonly begin: number;
  readonly end: number;
}

/**
 * The longest time, in seconds, that somebody waited who wanted something at any moment and tried again until it succeeded. Attempts
 * begin one a second, whatever has become of those before, as those of many clients do. What ends it gives the longest wait since a
 * moment, and the usual one: that before it.
 */
export function withoutService(attempt: (number: number) => Promise<void>) {
  let going = true;
  const wanted: number[] = [];
  const good: Attempt[] = [];
  const work = (async () => {
    const under: Promise<void>[] = [];
    for (let number = 0; going; number++) {
      const begin = Date.now();
      wanted.push(begin);
      under.push(
        attempt(number).then(
          () => void good.push({ begin, end: Date.now() }),
          () => undefined,
        ),
      );
      await sleep(EACH);
    }
    await Promise.all(under);
  })();
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
