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
