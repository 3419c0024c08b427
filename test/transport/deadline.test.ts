import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadline } from '../../src/transport/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('at its time limit a script is given up, and it is said how long that was', async () => {
  const giveUp = vi.fn();
  using deadline = new Deadline({ timeout: 1500 }, giveUp);
  vi.advanceTimersByTime(1499);
  expect(giveUp).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(giveUp).toHaveBeenCalledOnce();
  await expect(deadline.reached).rejects.toMatchObject({
    failure: 'timeout',
    message: 'no end within 1.5 s',
  });
});

test('when its signal says so a script is given up, for that reason', async () => {
  const giveUp = vi.fn();
  const controller = new AbortController();
  using deadline = new Deadline({ signal: controller.signal }, giveUp);
  const reason = new Error('enough');
  controller.abort(reason);
  expect(giveUp).toHaveBeenCalledOnce();
  await expect(deadline.reached).rejects.toBe(reason);
});

test('a script that has ended is not given up any more', () => {
  const giveUp = vi.fn();
  const controller = new AbortController();
  new Deadline({ signal: controller.signal, timeout: 100 }, giveUp)[Symbol.dispose]();
  vi.advanceTimersByTime(1000);
  controller.abort();
  expect(giveUp).not.toHaveBeenCalled();
});
