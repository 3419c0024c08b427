import { expect, test } from 'vitest';
import { converge, type Event, prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

const playbook = definePlaybook({
  name: 'test',
  stages: [
    { name: 'one', resources: () => [flag({ name: 'x', value: '1' })] },
    { name: 'two', resources: () => [flag({ name: 'y', value: '1' })] },
  ],
});

/** Hosts whose run is asked to stop when an event comes. */
function stoppedAt(when: (event: Event) => boolean) {
  const hosts = new Hosts(['a', 'b'], [playbook]);
  const options = hosts.options();
  return {
    hosts,
    options: {
      ...options,
      emit: (event: Event) => {
        options.emit(event);
        if (when(event)) hosts.stop.abort();
      },
    },
  };
}

const kinds = (hosts: Hosts) => new Set(hosts.events.map(({ kind }) => kind));

test.each<[string, (event: Event) => boolean]>([
  ['the first host is connected', ({ kind }) => kind === 'host-connected'],
  ['the facts are asked for', (event) => event.kind === 'exec' && event.purpose === 'facts'],
  ['the hosts are looked at', (event) => event.kind === 'exec' && event.purpose === 'observe'],
])('a run that is stopped while %s ends without a plan', async (_, when) => {
  const { hosts, options } = stoppedAt(when);
  await expect(prepare(options)).rejects.toMatchObject({ name: 'Interrupted' });
  expect(kinds(hosts).has('planned')).toBe(false);
});

test.each<[string, (event: Event) => boolean]>([
  ['takes the lock', ({ kind }) => kind === 'locking'],
  ['holds the lock', ({ kind }) => kind === 'locked'],
])('a run that is stopped while it %s changes nothing, says so, and gives the lock back', async (_, when) => {
  const { hosts, options } = stoppedAt(when);
  await using prepared = await prepare(options);
  await expect(converge(prepared)).rejects.toMatchObject({ name: 'Interrupted' });
  expect(hosts.changed()).toEqual([]);
  expect(hosts.events.at(-1)).toMatchObject({ kind: 'run-finished', changes: 0, interrupted: true });
  const again = { ...hosts.options(), stop: new AbortController().signal };
  await using free = await prepare(again);
  expect(await converge(free)).toMatchObject({ changes: 4, failures: [] });
});

test('a run that is stopped in its first stage ends that, and begins no other', async () => {
  const { hosts, options } = stoppedAt(({ kind }) => kind === 'stage-finished');
  await using prepared = await prepare(options);
  await expect(converge(prepared)).rejects.toMatchObject({ name: 'Interrupted' });
  expect(hosts.changed().toSorted()).toEqual(['a: flag x: value', 'b: flag x: value']);
});

test('hosts that wait for their turn are left alone once a run is stopped', async () => {
  const { hosts, options } = stoppedAt(({ kind }) => kind === 'host-connected');
  await expect(prepare({ ...options, concurrency: 1 })).rejects.toMatchObject({ name: 'Interrupted' });
  expect(hosts.events.filter(({ kind }) => kind === 'host-connected')).toMatchObject([{ host: 'a' }]);
});

test('a run that is stopped twice gives up what runs, and no host is blamed for it', async () => {
  const hosts = new Hosts(
    ['a'],
    [
      definePlaybook({
        name: 'test',
        stages: [
          { name: 'one', resources: () => [flag({ name: 'x', value: '1', command: 'echo on; sleep 20' })] },
        ],
      }),
    ],
  );
  const options = hosts.options();
  const emit = (event: Event) => {
    options.emit(event);
    if (event.kind !== 'step-output') return;
    hosts.stop.abort();
    hosts.abort.abort(new Error('enough'));
  };
  await using prepared = await prepare({ ...options, emit });
  const begin = Date.now();
  await expect(converge(prepared)).rejects.toMatchObject({ name: 'Interrupted' });
  expect(Date.now() - begin).toBeLessThan(10_000);
  expect(kinds(hosts).has('host-failed')).toBe(false);
});
