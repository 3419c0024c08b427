import { expect, test } from 'vitest';
import { converge, prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

async function told(...commands: readonly (string | undefined)[]) {
  const playbook = definePlaybook({
    name: 'test',
    stages: [
      {
        name: 'one',
        resources: () =>
          commands.map((command, index) =>
            flag({ name: `x${index}`, value: '1', ...(command === undefined ? {} : { command }) }),
          ),
      },
    ],
  });
  const hosts = new Hosts(['a'], [playbook]);
  await using prepared = await prepare(hosts.options());
  await converge(prepared);
  return hosts.events.flatMap((event) =>
    event.kind === 'step-started'
      ? [`${event.number} of ${event.of}: ${event.title}`]
      : event.kind === 'step-output'
        ? [event.line]
        : [],
  );
}

test('each step is told as it begins, by its number, and what it prints after it', async () => {
  expect(await told('echo one', undefined, 'echo three')).toEqual([
    '1 of 3: set x0',
    'one',
    '2 of 3: set x1',
    '3 of 3: set x2',
    'three',
  ]);
});

test('after a step that fails none is told to have begun', async () => {
  expect(await told(undefined, 'echo two; exit 1', 'echo three')).toEqual([
    '1 of 3: set x0',
    '2 of 3: set x1',
    'two',
  ]);
});
