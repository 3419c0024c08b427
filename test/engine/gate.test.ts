import { describe, expect, test } from 'vitest';
import { converge, prepare } from '../../src/engine/index.ts';
import { definePlaybook, type Gate, type Gates as Rolled } from '../../src/playbook/index.ts';
import { ProbeError, Unobservable } from '../../src/resource/index.ts';
import { sh } from '../../src/shell/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

type Given = Partial<Gate> | undefined | readonly (Partial<Gate> | undefined)[];

interface Gates {
  readonly apart?: readonly string[];
  readonly before?: (host: string) => Given;
  readonly after?: (host: string) => Given;
}

const gate = (given: Partial<Gate> | undefined): Gate | undefined =>
  given && {
    title: 'it holds',
    on: 'a',
    patience: 0,
    probe: { script: sh`true`, parse: () => true },
    ...given,
  };

const gates = (given: Given): Rolled => (isSeveral(given) ? given.map(gate) : gate(given));
const isSeveral = (given: Given): given is readonly (Partial<Gate> | undefined)[] => Array.isArray(given);

const closed = (reason: string): Partial<Gate> => ({ probe: { script: sh`true`, parse: () => reason } });

async function run(names: readonly string[], { apart = [], before, after }: Gates, unreachable?: string) {
  const playbook = definePlaybook({
    name: 'test',
    stages: [
      {
        name: 'one',
        resources: () => [flag({ name: 'x', value: '1' })],
        rolling: {
          apart: ({ name }) => apart.includes(name),
          before: ({ name }) => gates(before?.(name)),
          after: ({ name }) => gates(after?.(name)),
        },
      },
      { name: 'two', resources: () => [flag({ name: 'y', value: '1' })] },
    ],
  });
  const hosts = new Hosts(names, [playbook], unreachable === undefined ? [] : [unreachable]);
  const options = hosts.options(names.filter((name) => name !== unreachable));
  await using prepared = await prepare(options);
  const { failures } = await converge(prepared);
  return { hosts, changed: hosts.changed(), failures };
}

describe('the gate after a host', () => {
  test('holds for hosts that may go at once as well: where it stays closed, the next stage does not begin', async () => {
    const { changed, failures } = await run(['a', 'b'], {
      apart: ['a', 'b'],
      after: (host) => (host === 'b' ? closed('b is not back') : undefined),
    });
    expect(changed.toSorted()).toEqual(['a: flag x: value', 'b: flag x: value']);
    expect(failures).toMatchObject([
      { host: 'b', error: { code: 'gate-closed', message: expect.stringContaining('b is not back') } },
    ]);
  });

  test('keeps the next host waiting', async () => {
    const { changed, failures } = await run(['a', 'b'], { after: () => closed('a is not back') });
    expect(changed).toEqual(['a: flag x: value']);
    expect(failures).toMatchObject([{ host: 'a', error: { code: 'gate-closed' } }]);
  });

  test('is asked once the host is changed', async () => {
    const { failures } = await run(['a'], {
      after: () => ({
        probe: { script: sh`cat /host/x`, parse: ({ stdout }) => stdout === '1' || 'x is not there' },
      }),
    });
    expect(failures).toEqual([]);
  });
});

test('of several gates each is asked once the one before it holds; what is not there is none', async () => {
  const asked: string[] = [];
  const says = (name: string, answer: true | string): Partial<Gate> => ({
    title: name,
    probe: {
      script: sh`true`,
      parse: () => {
        asked.push(name);
        return answer;
      },
    },
  });
  const open = await run(['a'], { before: () => [says('one', true), undefined, says('two', true)] });
  expect({ asked, changed: open.changed.length }).toEqual({ asked: ['one', 'two'], changed: 2 });
  const shut = await run(['a'], { before: () => [says('three', 'not yet'), says('four', true)] });
  expect({ asked: asked.slice(2), changed: shut.changed }).toEqual({ asked: ['three'], changed: [] });
  expect(shut.failures).toMatchObject([{ error: { message: expect.stringContaining('three (not yet)') } }]);
});

test('hosts that may go at once wait for no gate before them', async () => {
  const { changed, failures } = await run(['a', 'b'], {
    apart: ['a'],
    before: (host) => closed(`not ${host}`),
  });
  expect(changed).toEqual(['a: flag x: value']);
  expect(failures).toMatchObject([
    { host: 'b', error: { code: 'gate-closed', message: expect.stringContaining('not b') } },
  ]);
});

test.each<[string, Partial<Gate>, string]>([
  [
    'cannot tell yet',
    { probe: { script: sh`true`, parse: () => new Unobservable('Docker is off') } },
    'Docker is off',
  ],
  [
    'cannot look',
    {
      probe: {
        script: sh`true`,
        parse: () => {
          throw new ProbeError('docker did not answer');
        },
      },
    },
    'docker did not answer',
  ],
  ['is to ask a host that was not reached', { on: 'c' }, 'c is not connected'],
])('a gate that %s stays closed, and says so', async (_, before, reason) => {
  const { changed, failures } = await run(['a', 'b', 'c'], { before: () => before }, 'c');
  expect(changed).toEqual([]);
  expect(failures).toMatchObject([
    { error: { code: 'gate-closed', message: expect.stringContaining(`it holds (${reason})`) } },
  ]);
});

test('a gate is asked again until it holds, and says meanwhile why it does not', async () => {
  let asked = 0;
  const { hosts, failures } = await run(['a'], {
    before: () => ({
      patience: 20,
      probe: { script: sh`true`, parse: () => ++asked === 2 || 'not yet' },
    }),
  });
  expect(failures).toEqual([]);
  expect(hosts.events.filter(({ kind }) => kind === 'gate-waiting')).toEqual([
    { kind: 'gate-waiting', host: 'a', title: 'it holds', reason: 'not yet' },
  ]);
});
