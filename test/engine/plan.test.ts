import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

const both = definePlaybook({
  name: 'p',
  stages: [
    { name: 'together', resources: () => [flag({ name: 'known', value: '1' })] },
    {
      name: 'turns',
      resources: () => [flag({ name: 'new', value: '1' })],
      rolling: { apart: ({ name }) => name === 'a' },
    },
  ],
});

test('a plan says what another host has already, and which hosts have their turn one after the other', async () => {
  const hosts = new Hosts(['a', 'b', 'c'], [both]);
  mkdirSync(hosts.folder('a'), { recursive: true });
  writeFileSync(`${hosts.folder('a')}/known`, '1');
  await using prepared = await prepare(hosts.options());
  expect(
    prepared.plan.stages.map(({ stage, host, rolling, items }) => [
      stage,
      host,
      rolling,
      items.map(({ key, elsewhere }) => [key, elsewhere]),
    ]),
  ).toEqual([
    ['together', 'b', false, [['known', 'same']]],
    ['together', 'c', false, [['known', 'same']]],
    ['turns', 'a', false, [['new', false]]],
    ['turns', 'b', true, [['new', false]]],
    ['turns', 'c', true, [['new', false]]],
  ]);
});
