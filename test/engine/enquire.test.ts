import { expect, test } from 'vitest';
import { answer, prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { sh } from '../../src/shell/index.ts';
import { Hosts } from './hosts.ts';

const nothing = definePlaybook({ name: 'test', stages: [] });

test('each question is put to its own hosts, in one exec, and answered by what they say', async () => {
  const hosts = new Hosts(['a', 'b', 'c', 'd'], [nothing], ['d']);
  await using prepared = await prepare(hosts.options());
  for (const name of ['a', 'b', 'c']) hosts.took(name);
  const asks = (word: string, ...names: readonly string[]) => ({
    hosts: names,
    script: sh`echo ${word}; exit 3`,
    read: (outputs: ReadonlyMap<string, { code: number; stdout: string }>) =>
      [...outputs].map(([name, { code, stdout }]) => `${name}: ${stdout.trim()} ${code}`).toSorted(),
  });
  const said = await answer(prepared.run, [asks('one', 'a', 'b'), asks('two', 'b', 'd'), asks('nobody')]);
  expect(said).toEqual([['a: one 3', 'b: one 3'], ['b: two 3'], []]);
  expect(['a', 'b', 'c'].map((name) => hosts.took(name))).toEqual([1, 1, 0]);
});
