import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { converge, prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

test('a host with work is looked at again where another was changed since: what that has done is not done twice', async () => {
  const both = 'printf 1 >/host/x; printf 1 >/host/../b/y';
  const playbook = definePlaybook({
    name: 'test',
    stages: [
      {
        name: 'one',
        resources: ({ name }) => (name === 'a' ? [flag({ name: 'x', value: '1', command: both })] : []),
      },
      { name: 'two', resources: ({ name }) => (name === 'b' ? [flag({ name: 'y', value: '1' })] : []) },
    ],
  });
  const hosts = new Hosts(['a', 'b'], [playbook]);
  for (const name of ['a', 'b']) mkdirSync(hosts.folder(name));
  await using prepared = await prepare(hosts.options());
  expect(await converge(prepared)).toMatchObject({ changes: 1, failures: [] });
  expect(hosts.changed()).toEqual(['a: flag x: value']);
});
