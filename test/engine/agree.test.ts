import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { converge, type Plan, prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { sh } from '../../src/shell/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

const wants = definePlaybook({
  name: 'test',
  stages: [
    { name: 'one', resources: () => [flag({ name: 'x', value: '1' }), flag({ name: 'y', value: '1' })] },
  ],
});

function put(hosts: Hosts, host: string, name: string, text = '1'): void {
  mkdirSync(hosts.folder(host), { recursive: true });
  writeFileSync(join(hosts.folder(host), name), text);
}

/** A run in which something happens to the hosts between the plan that a person has seen and the lock. */
async function run(hosts: Hosts, meanwhile: () => void, answer = true) {
  const asked: Plan[] = [];
  const options = hosts.options();
  await using prepared = await prepare(options);
  meanwhile();
  const outcome = await converge(prepared, {
    agree: async (plan) => {
      asked.push(plan);
      return answer;
    },
  });
  return {
    outcome,
    asked: asked.map(({ stages }) =>
      stages.map(({ host, items }) => `${host}: ${items.map(({ key }) => key)}`),
    ),
  };
}

test.each([
  [true, 3],
  [false, 0],
])(
  'where there is more to do than was shown a person is asked with the whole plan: %s',
  async (answer, changes) => {
    const hosts = new Hosts(['a', 'b'], [wants]);
    put(hosts, 'a', 'x');
    put(hosts, 'b', 'y');
    const gone = () => rmSync(join(hosts.folder('a'), 'x'));
    const { outcome, asked } = await run(hosts, gone, answer);
    expect(asked).toEqual([['a: x,y', 'b: x']]);
    expect(outcome).toMatchObject({ changes, failures: [], declined: !answer });
  },
);

test('nobody is asked where there is as much to do, or less', async () => {
  const same = new Hosts(['a'], [wants]);
  expect(await run(same, () => undefined)).toMatchObject({
    asked: [],
    outcome: { changes: 2, declined: false },
  });
  const less = new Hosts(['a'], [wants]);
  expect(await run(less, () => put(less, 'a', 'x'))).toMatchObject({ asked: [], outcome: { changes: 1 } });
});

test('where nothing is to be done no lock is taken', async () => {
  const hosts = new Hosts(['a'], [wants]);
  for (const name of ['x', 'y']) put(hosts, 'a', name);
  await run(hosts, () => undefined);
  expect(hosts.events.some(({ kind }) => kind === 'locking')).toBe(false);
});

const guarded = definePlaybook({
  name: 'guarded',
  facts: {
    seen: {
      script: sh`cat /host/level 2>/dev/null || true`,
      parse: ({ stdout }: { stdout: string }) => stdout,
    },
  },
  inspect: ({ hosts }) =>
    hosts.flatMap(({ name, facts }) =>
      facts?.seen === 'warn' || facts?.seen === 'refuse'
        ? [{ level: facts.seen, code: 'seen', host: name, message: 'it is there', fix: ['look'] }]
        : [],
    ),
  stages: [{ name: 'one', resources: () => [flag({ name: 'x', value: '1' })] }],
});

test('what is refused under the lock ends the run before it changes anything, and is told', async () => {
  const hosts = new Hosts(['a', 'b'], [guarded]);
  const { outcome, asked } = await run(hosts, () => put(hosts, 'b', 'level', 'refuse'));
  expect(outcome).toMatchObject({
    changes: 0,
    failures: [{ host: 'b', error: { code: 'seen', exit: 5, fix: ['look'] } }],
  });
  expect(asked).toEqual([]);
  expect(hosts.events.filter(({ kind }) => kind === 'finding')).toHaveLength(1);
});

test('a warning that a person has seen with the plan is not told again under the lock; a new one is', async () => {
  const hosts = new Hosts(['a', 'b'], [guarded]);
  put(hosts, 'a', 'level', 'warn');
  const { outcome } = await run(hosts, () => put(hosts, 'b', 'level', 'warn'));
  expect(outcome).toMatchObject({ changes: 2, failures: [] });
  const told = hosts.events.flatMap((event) => (event.kind === 'finding' ? [event.finding.host] : []));
  expect(told).toEqual(['a', 'b']);
});
