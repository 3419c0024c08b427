import { expect, test } from 'vitest';
import { z } from 'zod';
import { converge, prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { defineResource, Refusal } from '../../src/resource/index.ts';
import { sh } from '../../src/shell/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

/** Refuses where a file is there. */
const keep = defineResource({
  kind: 'keep',
  want: z.object({ name: z.string() }),
  key: ({ name }) => name,
  observe: ({ name }) => ({
    script: sh`[ ! -e ${`/host/${name}`} ] || echo there`,
    parse: ({ stdout }) => stdout !== '',
  }),
  diff({ name }, there) {
    if (there)
      throw new Refusal(`${name} is there`, [
        sh`ls -l ${`/a b/${name}`}`,
        { say: 'to see all', run: sh`ls /host` },
        'Write another name.',
      ]);
    return [];
  },
  apply: () => [],
});

const FIX = ["on b: ls -l '/a b/x'", 'to see all: on b: ls /host', 'Write another name.'];

/** A playbook that makes `x` on b in its first stage, and refuses it there in its second. */
const playbook = definePlaybook({
  name: 'p',
  stages: [
    { name: 'one', resources: ({ name }) => (name === 'b' ? [flag({ name: 'x', value: '1' })] : []) },
    { name: 'two', resources: ({ name }) => (name === 'b' ? [keep({ name: 'x' })] : []) },
  ],
});

test('what a resource tells a person to run is to be run on its own host: in a plan', async () => {
  const hosts = new Hosts(['a', 'b'], [playbook]);
  await using before = await prepare(hosts.options());
  await converge(before);
  await using prepared = await prepare(hosts.options());
  expect(prepared.plan.findings).toEqual([
    { level: 'refuse', code: 'refused', host: 'b', message: 'x is there', fix: FIX },
  ]);
});

test('and where it comes up in the middle of a run', async () => {
  const hosts = new Hosts(['a', 'b'], [playbook]);
  await using prepared = await prepare(hosts.options());
  const { failures } = await converge(prepared);
  expect(failures).toMatchObject([{ host: 'b', error: { code: 'refused', exit: 5, fix: FIX } }]);
});

test('what each of several hosts refuses is told for each, in one go', async () => {
  const everywhere = definePlaybook({
    name: 'p',
    stages: [
      { name: 'one', resources: () => [flag({ name: 'x', value: '1' })] },
      { name: 'two', resources: () => [keep({ name: 'x' })] },
    ],
  });
  const hosts = new Hosts(['a', 'b'], [everywhere]);
  await using before = await prepare(hosts.options());
  await converge(before);
  await using prepared = await prepare(hosts.options());
  expect(prepared.plan.findings.map(({ host, message }) => [host, message])).toEqual([
    ['a', 'x is there'],
    ['b', 'x is there'],
  ]);
});

test('what two playbooks refuse of a host in the same words is told once, and of another host as well', async () => {
  const says = (name: string, ...named: readonly (string | undefined)[]) =>
    definePlaybook({
      name,
      stages: [],
      inspect: () =>
        named.map((host) => ({
          level: 'refuse',
          code: 'not-now',
          message: 'its disk is away',
          fix: [name],
          ...(host === undefined ? {} : { host }),
        })),
    });
  const hosts = new Hosts(['a', 'b'], [says('p', 'a', undefined), says('q', 'a', 'b', undefined)]);
  await using prepared = await prepare(hosts.options());
  expect(prepared.plan.findings.map(({ host, fix }) => [host, fix])).toEqual([
    ['a', ['p']],
    [undefined, ['p']],
    ['b', ['q']],
  ]);
});
