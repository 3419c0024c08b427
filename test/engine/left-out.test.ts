import { expect, test } from 'vitest';
import { converge, prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

const said = flag.ref('a', 'token', (output) => output || undefined);

/** A playbook that makes a token on `a`, and copies it to `b` once `b` is ready. */
const copying = (needs?: string) =>
  definePlaybook({
    name: 'p',
    stages: [
      { name: 'one', resources: ({ name }) => (name === 'a' ? [flag({ name: 'token', value: '1' })] : []) },
      {
        name: 'two',
        resources: ({ name }) => (name === 'b' ? [flag({ name: 'copy', value: said, needs })] : []),
      },
    ],
  });

test.each([
  ['at once', undefined],
  ['once more is known', 'ready'],
])('what needs a host that --limit leaves out is refused in the plan: %s', async (_, needs) => {
  const hosts = new Hosts(['a', 'b'], [copying(needs)]);
  await using prepared = await prepare(hosts.options(['b']));
  expect(prepared.plan.findings).toEqual([
    {
      level: 'refuse',
      code: 'left-out',
      host: 'b',
      message: '`flag copy` needs `flag token` of a first, and --limit leaves a out',
      fix: ['run without --limit, or with a in it'],
    },
  ]);
});

test('nothing is refused where that host is changed as well, or has what is needed', async () => {
  const hosts = new Hosts(['a', 'b'], [copying()]);
  for (const selected of [['a', 'b'], ['a'], ['b']]) {
    await using prepared = await prepare(hosts.options(selected));
    expect(prepared.plan.findings).toEqual([]);
    expect((await converge(prepared)).failures).toEqual([]);
  }
});

test('what goes away in the middle of a run is told as what is missing, not as a bug', async () => {
  const going = definePlaybook({
    name: 'p',
    stages: [
      {
        name: 'one',
        resources: ({ name }) => (name === 'a' ? [flag({ name: 'token', value: '', command: 'true' })] : []),
      },
      { name: 'two', resources: ({ name }) => (name === 'b' ? [flag({ name: 'copy', value: said })] : []) },
    ],
  });
  const hosts = new Hosts(['a', 'b'], [going]);
  await using prepared = await prepare(hosts.options());
  const { failures } = await converge(prepared);
  expect(failures).toMatchObject([
    {
      host: 'b',
      error: { code: 'unresolved', exit: 2, message: expect.stringContaining('`flag token` of a') },
    },
  ]);
});

/** A playbook that changes each host through `a`, and those that are `late` once `a` is ready. */
const through = (late?: string) =>
  definePlaybook({
    name: 'p',
    stages: [
      {
        name: 'labels',
        on: ({ name }) => name === 'a',
        resources: (_host, { hosts }) =>
          hosts.map(({ name }) =>
            flag({ name: `of-${name}`, value: '1', of: name, ...(name === late ? { needs: 'ready' } : {}) }),
          ),
      },
      { name: 'own', resources: ({ name }) => [flag({ name: 'own', value: name })] },
    ],
  });

test('a host that --limit leaves out is not changed through one that is in it', async () => {
  const hosts = new Hosts(['a', 'b', 'c'], [through()]);
  await using prepared = await prepare(hosts.options(['a', 'b']));
  expect(prepared.plan.findings).toEqual([]);
  expect((await converge(prepared)).failures).toEqual([]);
  expect(hosts.changed().toSorted()).toEqual([
    'a: flag of-a: value',
    'a: flag of-b: value',
    'a: flag own: value',
    'b: flag own: value',
  ]);
});

const aside = (level: 'refuse' | 'warn', host: string) => ({
  level,
  code: 'left-out',
  host,
  message: `\`flag of-${host}\` is changed through a, and --limit leaves a out`,
  fix: ['run without --limit, or with a in it'],
});

test('what is changed through a host that --limit leaves out is refused, not told as no change', async () => {
  const hosts = new Hosts(['a', 'b', 'c'], [through()]);
  await using prepared = await prepare(hosts.options(['b', 'c']));
  expect(prepared.plan.findings).toEqual([aside('refuse', 'b'), aside('refuse', 'c')]);
  await using all = await prepare(hosts.options());
  await converge(all);
  await using settled = await prepare(hosts.options(['b', 'c']));
  expect(settled.plan).toMatchObject({ findings: [], stages: [] });
});

test('what cannot be told yet of a host through one that is left out is told, and the host is changed', async () => {
  const hosts = new Hosts(['a', 'b'], [through('b')]);
  await using prepared = await prepare(hosts.options(['b']));
  expect(prepared.plan.findings).toEqual([aside('warn', 'b')]);
  expect((await converge(prepared)).changes).toBe(1);
  expect(hosts.changed()).toEqual(['b: flag own: value']);
});
