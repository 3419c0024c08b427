import { expect, test } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { onceStarted } from '../../src/engine/wait-for-boot.ts';
import { TransportError, type TransportFailure } from '../../src/errors/index.ts';
import { localTransport } from '../../src/transport/local.ts';

/** A machine that answers so, one attempt after the other, and lets in at the end. */
function machine(...answers: readonly TransportFailure[]) {
  const events: Event[] = [];
  const stop = new AbortController();
  const left = [...answers];
  let attempts = 0;
  const enter = (pause = 1, patience = 1000) =>
    onceStarted(
      'mail-1',
      async () => {
        attempts++;
        const failure = left.shift();
        if (failure !== undefined) throw new TransportError(failure, `it is ${failure}`);
        return localTransport('mail-1');
      },
      { emit: (event) => void events.push(event), stop: stop.signal },
      { pause, patience },
    );
  return { enter, events, stop, attempts: () => attempts };
}

test('a machine that starts is waited for, also while it drops connections', async () => {
  const { enter, events, attempts } = machine('booting', 'lost', 'not-listening', 'booting');
  expect((await enter()).name).toBe('mail-1');
  expect(attempts()).toBe(5);
  expect(events).toHaveLength(4);
  expect(events[0]).toEqual({
    kind: 'gate-waiting',
    host: 'mail-1',
    title: 'it has started',
    reason: 'it is booting',
  });
});

test('what was not seen to start is not waited for, nor is a login that is refused', async () => {
  await expect(machine('lost').enter()).rejects.toMatchObject({ failure: 'lost' });
  await expect(machine('booting', 'auth').enter()).rejects.toMatchObject({ failure: 'auth' });
});

test('it is given up after a while', async () => {
  const { enter } = machine(...Array.from({ length: 1000 }, () => 'booting' as const));
  await expect(enter(5, 40)).rejects.toMatchObject({ failure: 'booting' });
});

test('Ctrl-C ends the wait at once, and nobody connects again', async () => {
  const { enter, stop, attempts } = machine('booting');
  const begin = Date.now();
  const waiting = enter(60_000, 600_000);
  setTimeout(() => stop.abort(), 20);
  await expect(waiting).rejects.toMatchObject({ name: 'Interrupted' });
  expect(Date.now() - begin).toBeLessThan(5000);
  expect(attempts()).toBe(1);
});
