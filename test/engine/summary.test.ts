import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { converge, prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

const first = definePlaybook({
  name: 'first',
  stages: [
    {
      name: 'one',
      resources: ({ name }) => [
        flag({ name: 'x', value: '1' }),
        ...(name === 'b' ? [flag({ name: 'y', value: '1', command: 'exit 3' })] : []),
      ],
    },
  ],
});
const second = definePlaybook({
  name: 'second',
  stages: [{ name: 'two', resources: () => [flag({ name: 'z', value: '1' })] }],
});

async function run(hosts: Hosts, selected: readonly string[]) {
  const options = hosts.options(selected);
  await using prepared = await prepare(options);
  return converge(prepared);
}

test('a run tells of each host what became of it, and which playbooks changed something', async () => {
  const hosts = new Hosts(['a', 'b', 'c', 'd', 'e'], [first, second], ['d']);
  mkdirSync(hosts.folder('c'));
  writeFileSync(join(hosts.folder('c'), 'x'), '1');
  const outcome = await run(hosts, ['a', 'b', 'c']);
  expect(outcome.hosts).toEqual([
    { host: 'a', selected: true, changed: 1, result: 'changed' },
    // Of a host whose commands were begun and not proven it is not known what is changed.
    { host: 'b', selected: true, changed: 0, result: 'failed', begun: true },
    { host: 'c', selected: true, changed: 0, result: 'ok' },
    { host: 'd', selected: false, changed: 0, result: 'unreachable' },
    { host: 'e', selected: false, changed: 0, result: 'ok' },
  ]);
  expect([...outcome.playbooks]).toEqual(['first']);
  expect(outcome.changes).toBe(1);
});

test('changes of several stages are counted together', async () => {
  const hosts = new Hosts(['a'], [second, first]);
  expect(await run(hosts, ['a'])).toMatchObject({
    changes: 2,
    playbooks: new Set(['second', 'first']),
    hosts: [{ host: 'a', changed: 2, result: 'changed' }],
    declined: false,
  });
});
