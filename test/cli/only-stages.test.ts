import { expect, test } from 'vitest';
import { onlyStages } from '../../src/cli/only-stages.ts';
import { definePlaybook } from '../../src/playbook/index.ts';

const stage = (name: string) => ({ name, resources: () => [] });
const site = [
  definePlaybook({ name: 'docker', stages: [stage('packages'), stage('engine')] }),
  definePlaybook({ name: 'storage', stages: [stage('mount'), stage('proof')] }),
];
const stages = (wanted: readonly string[] | undefined) =>
  onlyStages(site, wanted).flatMap((playbook) =>
    playbook.stages.map(({ name }) => `${playbook.name}/${name}`),
  );

test.each([
  [undefined, ['docker/packages', 'docker/engine', 'storage/mount', 'storage/proof']],
  [['storage/mount'], ['storage/mount']],
  [['storage'], ['storage/mount', 'storage/proof']],
  [
    ['docker/engine', 'storage/proof'],
    ['docker/engine', 'storage/proof'],
  ],
])('--stage %j', (wanted, expected) => {
  expect(stages(wanted)).toEqual(expected);
});

test('a name that is none is refused with those that are', () => {
  expect(() => stages(['storage/mnt'])).toThrow(
    /--stage storage\/mnt: there is no such stage; there are docker, docker\/packages/,
  );
});
