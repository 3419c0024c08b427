import { expect, test } from 'vitest';
import { z } from 'zod';
import { factsByName } from '../../src/engine/index.ts';
import { prepare } from '../../src/engine/prepare.ts';
import { definePlaybook, type FactAbout } from '../../src/playbook/index.ts';
import type { Output } from '../../src/resource/index.ts';
import { raw } from '../../src/shell/index.ts';
import { Hosts } from './hosts.ts';

const read = ({ stdout }: Output) => stdout.trim();
const release = { script: raw('echo asked; cat /host/release'), parse: read };

/** What a playbook of this name is given of its facts, by host. */
function asking(
  name: string,
  facts: Parameters<typeof definePlaybook>[0]['facts'],
  seen: Map<string, unknown>,
) {
  return definePlaybook({
    name,
    ...(facts === undefined ? {} : { facts }),
    inspect: ({ hosts }) => {
      seen.set(name, hosts[0]?.facts);
      return [];
    },
    stages: [],
  });
}

test('a fact is what a playbook calls it: one name may be two things, and one thing may have two names', async () => {
  const seen = new Map<string, unknown>();
  const other = { script: raw('echo other'), parse: read };
  const playbooks = [
    asking('first', { version: release }, seen),
    asking('second', { version: other, release }, seen),
    asking('third', undefined, seen),
  ];
  const hosts = new Hosts(['a'], playbooks);
  await using prepared = await prepare(hosts.options());
  expect(Object.fromEntries(seen)).toEqual({
    first: { version: 'asked' },
    second: { version: 'other', release: 'asked' },
    third: {},
  });
  expect(factsByName(prepared.run.state('a').facts ?? new Map())).toEqual({
    'first.version': 'asked',
    'second.version': 'other',
    release: 'asked',
  });
  const sent = hosts.scripts.get('a')?.join('\n') ?? '';
  expect(sent.split('echo asked').length - 1).toBe(1);
});

test('two probes that ask the same and read it in two ways are both read', async () => {
  const seen = new Map<string, unknown>();
  const long = { ...release, parse: (output: Output) => read(output).length };
  const hosts = new Hosts(['a'], [asking('first', { word: release, letters: long }, seen)]);
  await using _ = await prepare(hosts.options());
  expect(seen.get('first')).toEqual({ word: 'asked', letters: 5 });
});

test('a fact may depend on the host, the others and the section of its playbook', async () => {
  let seen: unknown;
  const playbook = definePlaybook({
    name: 'first',
    cluster: z.strictObject({ word: z.string().default('hello') }),
    facts: {
      about: ({ host, peers, settings }: FactAbout<{ readonly word: string }>) => ({
        script: raw(`echo ${settings.word} ${host.name} ${peers.map(({ name }) => name).join(' ')}`),
        parse: read,
      }),
    },
    inspect: ({ hosts }) => {
      seen = hosts.map(({ facts }) => facts?.about.toUpperCase());
      return [];
    },
    stages: [],
  });
  await using _ = await prepare(new Hosts(['a', 'b'], [playbook]).options());
  expect(seen).toEqual(['HELLO A B', 'HELLO B A']);
});
