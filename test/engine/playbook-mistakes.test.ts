import { expect, test } from 'vitest';
import { converge, prepare } from '../../src/engine/index.ts';
import { ProvisionError } from '../../src/errors/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import type { Resource } from '../../src/resource/index.ts';
import { reboot } from '../../src/resources/machine/reboot.ts';
import { flag } from './flag.ts';
import { Hosts } from './hosts.ts';

const planned = (resources: (host: string) => readonly Resource[]) =>
  prepare(
    new Hosts(
      ['a', 'b'],
      [
        definePlaybook({
          name: 'mail',
          stages: [
            { name: 'one', resources: ({ name }) => resources(name) },
            { name: 'two', resources: () => [flag({ name: 'y', value: '1' })] },
          ],
        }),
      ],
    ).options(),
  );

test('an exception in a stage is told with the stage, the host and what it says', async () => {
  const failing = planned((host) => {
    if (host === 'b') throw new TypeError('x is not a function');
    return [];
  });
  await expect(failing).rejects.toMatchObject({
    code: 'playbook',
    exit: 3,
    message: expect.stringMatching(
      /^playbook stage mail\/one for b: playbook-mistakes\.test\.ts:\d+: x is not a function$/,
    ),
  });
});

test('what is thrown in a stage and is no error is told as well', async () => {
  const failing = planned(() => {
    throw 'no such luck';
  });
  await expect(failing).rejects.toMatchObject({
    message: expect.stringMatching(/ for a: playbook-mistakes\.test\.ts:\d+: no such luck$/),
  });
});

test('an error that a stage has worded itself is told as it is', async () => {
  const own = new ProvisionError('write another name', { code: 'refused', exact: 'own' });
  await expect(
    planned(() => {
      throw own;
    }),
  ).rejects.toBe(own);
});

test('a thing that two stages want of a host is told with both', async () => {
  await expect(planned(() => [flag({ name: 'y', value: '1' })])).rejects.toMatchObject({
    code: 'playbook',
    exit: 3,
    message: 'a: flag y: declared twice: in mail/one and in mail/two',
  });
});

test('a playbook that asks for something else each time it is built is stopped', async () => {
  let built = 0;
  const restless = definePlaybook({
    name: 'restless',
    stages: [{ name: 'one', resources: () => [flag({ name: `x${++built}`, value: '1' })] }],
  });
  const options = new Hosts(['a'], [restless]).options();
  await using prepared = await prepare(options);
  await expect(converge(prepared)).rejects.toThrow(
    'a playbook asks for something else each time that it is built',
  );
  expect(built).toBeLessThan(10);
});

test('a stage that may end several machines has to roll, and one that may end one need not', async () => {
  const reboots = (names: readonly string[], rolling: object = {}) => {
    const stage = { name: 'reboots', resources: () => [reboot({})], ...rolling };
    return prepare(new Hosts(names, [definePlaybook({ name: 'mail', stages: [stage] })]).options());
  };
  await expect(reboots(['a', 'b'])).rejects.toMatchObject({
    exit: 3,
    message: expect.stringMatching(
      /^playbook stage mail\/reboots: `reboot machine` \(.*\) may end a, b at once$/,
    ),
    fix: [expect.stringContaining('`rolling: {}`')],
  });
  await using one = await reboots(['a']);
  await using rolled = await reboots(['a', 'b'], { rolling: {} });
  for (const { run } of [one, rolled]) expect(run.failures()).toEqual([]);
});
