import { expect, test } from 'vitest';
import { z } from 'zod';
import { buildStages } from '../../src/engine/build.ts';
import { connect, converge, prepare } from '../../src/engine/index.ts';
import { makePlan } from '../../src/engine/make-plan.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { defineResource, ProbeError } from '../../src/resource/index.ts';
import { sh } from '../../src/shell/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

/** A thing that cannot be looked at where a file says so. */
const hidden = defineResource({
  kind: 'hidden',
  want: z.object({ name: z.string() }),
  key: ({ name }) => name,
  observe: ({ name }) => ({
    script: sh`: ${name}; cat /host/hides 2>/dev/null || true`,
    parse: (output) => {
      if (output.stdout !== '') throw new ProbeError(name === 'w' ? 'it is broken' : 'it cannot be read');
      return undefined;
    },
  }),
  diff: () => [],
  apply: () => [],
});

const playbook = (hides: string) =>
  definePlaybook({
    name: 'test',
    stages: [
      { name: 'one', resources: ({ name }) => (name === hides ? [flag({ name: 'hides', value: '1' })] : []) },
      {
        name: 'two',
        resources: () => [hidden({ name: 'x' }), hidden({ name: 'y' }), flag({ name: 'z', value: '1' })],
      },
    ],
  });

test('a host that cannot look is told with the first thing of each cause, and the others have their plan', async () => {
  const hosts = new Hosts(['a', 'b'], [playbook('a')]);
  await using before = await prepare(hosts.options(['a']));
  await converge(before);
  await using prepared = await prepare(hosts.options());
  expect(prepared.plan.failures).toMatchObject([
    {
      host: 'a',
      error: {
        code: 'could-not-look',
        exit: 2,
        message: expect.stringMatching(/^hidden x: it cannot be read\. The same of hidden y$/),
      },
    },
  ]);
  expect(prepared.plan.stages.filter(({ host }) => host === 'b').map(({ stage }) => stage)).toEqual(['two']);
});

test('what cannot be looked at any more in the middle of a run ends it for that host', async () => {
  const hosts = new Hosts(['a'], [playbook('a')]);
  await using prepared = await prepare(hosts.options());
  expect(prepared.plan.failures).toEqual([]);
  const { failures } = await converge(prepared);
  expect(failures).toMatchObject([
    {
      host: 'a',
      error: {
        code: 'could-not-look',
        exit: 2,
        message: 'hidden x: it cannot be read. The same of hidden y',
      },
    },
  ]);
  expect(hosts.changed()).toEqual(['a: flag hides: value']);
});

test('a host that cannot look for two reasons has failed for both', async () => {
  const two = definePlaybook({
    name: 'test',
    stages: [{ name: 'one', resources: () => [hidden({ name: 'x' }), hidden({ name: 'w' })] }],
  });
  const hosts = new Hosts(['a'], [playbook('a')]);
  await using before = await prepare(hosts.options());
  await converge(before);
  await using prepared = await prepare({ ...hosts.options(), playbooks: [two] });
  expect(prepared.plan.failures.map(({ error }) => (error as Error).message)).toEqual([
    'hidden x: it cannot be read',
    'hidden w: it is broken',
  ]);
});

test('making a plan tells nobody: twice it is the same, and no host has failed by it', async () => {
  const hosts = new Hosts(['a', 'b'], [playbook('a')]);
  await using before = await prepare(hosts.options(['a']));
  await converge(before);
  hosts.events.length = 0;
  await using run = await connect(hosts.options());
  const built = buildStages(run);
  for (const state of run.states.values()) await run.observe(state, built);
  const made = () => makePlan(run, built, []);
  const first = made();
  expect(first.failures.map(({ host }) => host)).toEqual(['a']);
  expect(made()).toEqual(first);
  expect(run.failures()).toEqual([]);
  expect(hosts.events.filter(({ kind }) => kind === 'host-failed')).toEqual([]);
});
