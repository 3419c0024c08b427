import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { converge, prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { sh } from '../../src/shell/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';
import { type AnyStage, stage } from './stage.ts';

const wanting = (name: string, wanted: string) => stage(name, () => [flag({ name: wanted, value: '1' })]);
/** A stage that does more than it says. */
const firstWhichAlso = (does: string) =>
  stage('first', () => [flag({ name: 'x', value: '1', command: `printf 1 >/host/x; ${does}` })]);

/** A playbook with a fact of its own: what the file of its name says. */
const playbook = (name: string, ...stages: readonly AnyStage[]) =>
  definePlaybook({
    name,
    facts: {
      own: {
        script: sh`cat ${`/host/${name}`} 2>/dev/null; true`,
        parse: ({ stdout }: { stdout: string }) => stdout,
      },
    },
    stages,
  });

async function run(hosts: Hosts, there: Readonly<Record<string, string>> = {}) {
  for (const { name } of hosts.inventory.hosts) mkdirSync(hosts.folder(name), { recursive: true });
  for (const [name, value] of Object.entries(there)) writeFileSync(join(hosts.folder('a'), name), value);
  await using prepared = await prepare(hosts.options());
  hosts.took('a');
  return await converge(prepared);
}

/** How often the script of each look has asked for a flag, of the looks that came after the one under the lock. */
const asked = (hosts: Hosts, name: string) =>
  (hosts.scripts.get('a') ?? [])
    .slice(1)
    .filter((script) => script.includes(`/host/${name}`) && !script.includes('mark lock')).length;

describe('after a change a host is asked for what comes up to its next work', () => {
  test('what has no turn before that is asked once, after it', async () => {
    const hosts = new Hosts(
      ['a'],
      [
        playbook('one', wanting('first', 'x')),
        playbook('two', wanting('second', 'y')),
        playbook('three', wanting('third', 'z')),
        playbook('four', wanting('fourth', 'kept')),
      ],
    );
    const outcome = await run(hosts, { kept: '1' });
    expect(outcome).toMatchObject({ changes: 3, failures: [] });
    expect(['x', 'y', 'z', 'kept'].map((name) => asked(hosts, name))).toEqual([1, 2, 2, 1]);
    // The facts of a playbook go with its stages.
    expect(['one', 'two', 'three', 'four'].map((name) => asked(hosts, name))).toEqual([1, 2, 2, 1]);
  });

  test('what a kind touches in a stage that had nothing to do is found, near and far', async () => {
    const hosts = new Hosts(
      ['a'],
      [
        playbook(
          'one',
          firstWhichAlso('rm /host/near /host/far'),
          wanting('second', 'near'),
          wanting('third', 'y'),
          wanting('fourth', 'far'),
        ),
      ],
    );
    const outcome = await run(hosts, { near: '1', far: '1' });
    expect(outcome.failures).toEqual([]);
    expect(hosts.changed()).toEqual([
      'a: flag x: value',
      'a: flag near: value',
      'a: flag y: value',
      'a: flag far: value',
    ]);
  });

  test('where the work that was expected next is done by then, what comes after it is asked all the same', async () => {
    const hosts = new Hosts(
      ['a'],
      [
        playbook('one', firstWhichAlso('printf 1 >/host/y; rm /host/far'), wanting('second', 'y')),
        playbook('two', wanting('third', 'far')),
      ],
    );
    const outcome = await run(hosts, { far: '1' });
    expect(outcome.failures).toEqual([]);
    expect(hosts.changed()).toEqual(['a: flag x: value', 'a: flag far: value']);
  });

  test('a playbook refuses by facts that are fresh when its turn comes, with or without work', async () => {
    const refusing = definePlaybook({
      name: 'two',
      facts: {
        own: {
          script: sh`cat /host/wrong 2>/dev/null; true`,
          parse: ({ stdout }: { stdout: string }) => stdout,
        },
      },
      inspect: ({ hosts }) =>
        hosts.some(({ facts }) => facts?.own === '1')
          ? [{ level: 'refuse', code: 'wrong', host: 'a', message: 'it is wrong', fix: ['right it'] }]
          : [],
      stages: [wanting('kept', 'kept')],
    });
    const hosts = new Hosts(
      ['a'],
      [
        playbook('one', firstWhichAlso('printf 1 >/host/y; printf 1 >/host/wrong'), wanting('second', 'y')),
        refusing,
      ],
    );
    const outcome = await run(hosts, { kept: '1' });
    expect(outcome.failures).toMatchObject([{ host: 'a', error: { code: 'wrong' } }]);
  });

  test('a host with work is asked again where another was changed since it was asked for that stage', async () => {
    const both = 'printf 1 >/host/x; printf 1 >/host/../a/z';
    const hosts = new Hosts(
      ['a', 'b'],
      [
        playbook(
          'one',
          stage('first', (host) => (host === 'b' ? [flag({ name: 'x', value: '1', command: both })] : [])),
          stage('second', (host) => (host === 'a' ? [flag({ name: 'y', value: '1' })] : [])),
          stage('third', (host) => (host === 'a' ? [flag({ name: 'z', value: '1' })] : [])),
        ),
      ],
    );
    const outcome = await run(hosts);
    expect(outcome.failures).toEqual([]);
    expect(hosts.changed()).toEqual(['b: flag x: value', 'a: flag y: value']);
  });
});
