import { expect, test } from 'vitest';
import { prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { flag } from '../engine/flag.ts';
import { Hosts } from '../engine/hosts.ts';

test('a stage is about the hosts that it names, and a generator gives what should hold there', async () => {
  const asked: string[] = [];
  const playbook = definePlaybook({
    name: 'mine',
    stages: [
      {
        name: 'one',
        on: ({ name }, { hosts }) => name !== hosts[0]?.name,
        *resources({ name }) {
          asked.push(name);
          yield flag({ name: 'x', value: name });
          if (name === 'c') yield flag({ name: 'y', value: '1' });
        },
      },
    ],
  });
  await using prepared = await prepare(new Hosts(['a', 'b', 'c'], [playbook]).options());
  const [stage] = prepared.built;
  expect([...(stage?.resources ?? [])].map(([host, list]) => [host, list.map(({ id }) => id)])).toEqual([
    ['a', []],
    ['b', ['flag x']],
    ['c', ['flag x', 'flag y']],
  ]);
  expect(new Set(asked)).toEqual(new Set(['b', 'c']));
});
