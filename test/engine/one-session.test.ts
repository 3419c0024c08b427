import { expect, test } from 'vitest';
import { converge, prepare, type RunOptions } from '../../src/engine/index.ts';
import { TransportError } from '../../src/errors/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

const playbook = definePlaybook({
  name: 'test',
  stages: [
    { name: 'one', resources: () => [flag({ name: 'x', value: '1' })] },
    { name: 'two', resources: () => [flag({ name: 'y', value: '1' })] },
  ],
});

/** A host that runs one script at a time on each connection; `failure` is what a second one meets. */
function oneAtATime(hosts: Hosts, failure: 'no-session' | 'lost') {
  const counts = { opened: 0, closed: 0 };
  const options: RunOptions = {
    ...hosts.options(),
    connect: async (host, signal): Promise<Transport> => {
      counts.opened++;
      const inner = await hosts.options().connect(host, signal);
      let running = 0;
      return {
        name: inner.name,
        run: async (script, given) => {
          if (running > 0) throw new TransportError(failure, 'open failed');
          running++;
          try {
            return await inner.run(script, given);
          } finally {
            running--;
          }
        },
        [Symbol.asyncDispose]: async () => {
          counts.closed++;
          await inner[Symbol.asyncDispose]();
        },
      };
    },
  };
  return { options, counts };
}

test('a host that allows one session on a connection gets a second connection beside the lock, and both are closed', async () => {
  const hosts = new Hosts(['a'], [playbook]);
  const { options, counts } = oneAtATime(hosts, 'no-session');
  {
    await using prepared = await prepare(options);
    expect(await converge(prepared)).toMatchObject({ changes: 2, failures: [] });
    expect(counts).toEqual({ opened: 2, closed: 0 });
  }
  expect(counts).toEqual({ opened: 2, closed: 2 });
});

test('a connection that is lost in the middle of a run is not made again', async () => {
  const hosts = new Hosts(['a'], [playbook]);
  const { options, counts } = oneAtATime(hosts, 'lost');
  await using prepared = await prepare(options);
  const { failures } = await converge(prepared);
  expect(failures).toMatchObject([{ host: 'a', error: { failure: 'lost' } }]);
  expect(counts.opened).toBe(1);
});
