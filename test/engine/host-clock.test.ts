import { expect, test } from 'vitest';
import { aheadOf } from '../../src/engine/host-clock.ts';
import { prepare } from '../../src/engine/index.ts';
import { definePlaybook, type FactAbout } from '../../src/playbook/index.ts';
import { raw } from '../../src/shell/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });

test('a clock is bounded by the way there and back, whatever the host does in between', () => {
  const asked = { sent: 1_000_000, answered: 1_070_500 };
  expect(aheadOf(said('1100.25\n'), said('1170.25\n'), asked)).toEqual({ least: 99.75, most: 100.25 });
  expect(aheadOf(said('900.25\n'), said('970.25\n'), asked)).toEqual({ least: -100.25, most: -99.75 });
  expect(aheadOf(said('1000.%N\n'), said('1070.%N\n'), asked)).toEqual({ least: -0.5, most: 0 });
});

test('a clock that is read as soon as it is asked, and not later, is known to the second', () => {
  expect(aheadOf(said('1000.5'), said('1000.5'), { sent: 1_000_000, answered: 1_000_000 })).toEqual({
    least: 0.5,
    most: 0.5,
  });
});

test('what was not read, or was set in between, bounds nothing', () => {
  const asked = { sent: 1_000_000, answered: 1_001_000 };
  expect(aheadOf(said(''), said('1000.5'), asked)).toBeUndefined();
  expect(aheadOf(said('1000.5'), undefined, asked)).toBeUndefined();
  expect(aheadOf(said('1000.5'), said('1060.5'), asked)).toBeUndefined();
});

test('a host whose look takes long has its clock bounded as well as the others', async () => {
  let seen: readonly unknown[] = [];
  const slow = definePlaybook({
    name: 'slow',
    facts: {
      search: ({ host }: FactAbout) => ({
        script: raw(host.name === 'a' ? 'sleep 3' : 'true'),
        parse: () => true,
      }),
    },
    inspect: ({ hosts }) => {
      seen = hosts.map(({ ahead }) => ahead !== undefined && ahead.most - ahead.least < 2);
      return [];
    },
    stages: [{ name: 'one', resources: () => [flag({ name: 'x', value: '1' })] }],
  });
  await using _ = await prepare(new Hosts(['a', 'b'], [slow]).options());
  expect(seen).toEqual([true, true]);
});
