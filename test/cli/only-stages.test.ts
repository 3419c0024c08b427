import { expect, test } from 'vitest';
import site from '../../playbooks/site.ts';
import { onlyStages } from '../../src/cli/only-stages.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { host, says } from '../rules/swarm.ts';

const stage = (name: string) => ({ name, resources: () => [] });
const short = [
  definePlaybook({ name: 'docker', stages: [stage('packages'), stage('engine')] }),
  definePlaybook({ name: 'storage', stages: [stage('mount'), stage('proof')] }),
];
const stages = (wanted: readonly string[] | undefined) =>
  onlyStages(short, wanted).flatMap((playbook) =>
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
    /--stage storage\/mnt: no such stage; the stages are docker, docker\/packages/,
  );
});

test('what a playbook after the last named one refuses is no reason against those before it', () => {
  const refuses = (name: string) =>
    definePlaybook({
      name,
      stages: [stage('all')],
      inspect: () => [{ level: 'refuse', code: name, message: 'no', fix: [] }],
    });
  const told = (wanted: readonly string[]) =>
    onlyStages(['docker', 'storage', 'mailu'].map(refuses), wanted).flatMap(({ inspect }) =>
      inspect({ hosts: [] } as never).map(({ code }) => code),
    );
  expect(told(['storage/all'])).toEqual(['docker', 'storage']);
  expect(told(['docker'])).toEqual(['docker']);
  expect(told(['mailu', 'docker'])).toEqual(['docker', 'storage', 'mailu']);
});

test.each(['docker', 'docker/engine', 'docker/packages'])(
  '--stage %s: an engine that must not be started is refused, as where its disk is away or it is a copy',
  (stage) => {
    const away = says.facts({ engine: 'stopped', unknown: 'its disk may be missing' });
    const told = (...facts: readonly (typeof away)[]) =>
      onlyStages(site, [stage])
        .filter(({ name }) => name === 'docker' || name === 'swarm')
        .flatMap(({ inspect }) =>
          inspect({
            hosts: facts.map((swarm, index) => {
              const one = host(`mail-${index + 1}`, 'manager', swarm);
              return {
                ...one,
                settings: { source: 'none' },
                facts: { ...one.facts, docker: { packages: ['docker.io'], unfinished: [], runtimes: [] } },
              };
            }),
          } as never).map(({ code }) => code),
        );
    expect(told(away)).toEqual(['silent-manager']);
    expect(told(says.stopped('n1'), says.stopped('n1'))).toEqual(['same-node']);
    expect(told(says.stopped('n1'))).toEqual([]);
  },
);
