import { describe, expect, test } from 'vitest';
import docker from '../../playbooks/docker.ts';
import { hostSettings } from '../../playbooks/settings/docker.ts';
import type { SwarmFacts } from '../../src/facts/index.ts';
import { inspectSwarm } from '../../src/rules/inspect-swarm.ts';
import type { SwarmHost } from '../../src/rules/swarm-host.ts';
import { host, node, says, worker } from './swarm.ts';

const NODES = [node('mail-1', 'n1'), node('mail-2', 'n2'), node('mail-3', 'n3')];
const managers = (...facts: readonly (SwarmFacts | undefined)[]): SwarmHost[] =>
  facts.map((swarm, index) => host(`mail-${index + 1}`, 'manager', swarm));

/** Docker is stopped, and nobody can say what it would find. */
const away = says.facts({ engine: 'stopped', unknown: 'its disk may be missing' });

/** What the playbook of Docker refuses by itself, whatever else runs. */
const refused = (hosts: readonly SwarmHost[]) =>
  docker
    .inspect({
      name: 'c',
      hosts: hosts.map((one) => ({
        ...one,
        settings: hostSettings.parse({}),
        facts: one.facts && {
          ...one.facts,
          docker: { packages: ['docker.io'], unfinished: [], runtimes: [] },
          apt: { sources: [] },
        },
      })),
    } as never)
    .filter(({ level }) => level === 'refuse');
const told = (hosts: readonly SwarmHost[]) =>
  refused(hosts).map(({ code, host: name }) => `${code} ${name ?? '-'}`);

const TWO = NODES.slice(1);
const COPIED = [...NODES, worker('image', 'n4', { address: '198.51.100.4' })];
const USED = { root: '/var/snap/docker/common', clusterId: 'c', nodeId: 'n', role: 'manager' as const };
const CASES: readonly [string, readonly SwarmHost[], readonly string[]][] = [
  ['its disk is away, and no swarm was seen', managers(says.bare, away), ['silent-manager -']],
  [
    'its disk is away, beside managers that run',
    managers(says.manager('n1', NODES), says.manager('n2', NODES), away),
    ['docker-silent mail-3'],
  ],
  [
    'its disk is away, beside managers that are stopped as well',
    managers(says.stopped('n1'), says.stopped('n2'), away),
    ['docker-silent mail-3'],
  ],
  [
    'its disk is away, and all that was seen of a swarm are workers',
    [...managers(away), host('mail-2', 'worker', says.worker('n2'))],
    ['docker-silent mail-1'],
  ],
  [
    'an engine that runs and does not answer: it would be restarted',
    managers(says.manager('n1', NODES), says.nothing),
    ['docker-silent mail-2'],
  ],
  [
    'a copy, and its original is stopped as well',
    managers(says.stopped('n1'), says.stopped('n1')),
    ['same-node -'],
  ],
  [
    'two copies of two machines: each is told',
    managers(says.stopped('n1'), says.stopped('n1'), says.stopped('n3'), says.stopped('n3')),
    ['same-node -', 'same-node -'],
  ],
  [
    'a copy of what the managers hear elsewhere',
    [
      ...managers(...['n1', 'n2', 'n3'].map((id) => says.manager(id, COPIED))),
      host('mail-4', 'worker', says.stopped('n4')),
    ],
    ['same-node mail-4'],
  ],
  [
    'the state of a swarm is in another place',
    managers(says.facts({ engine: 'stopped', elsewhere: [{ ...USED, root: '/srv/docker' }] })),
    ['swarm-elsewhere mail-1'],
  ],
  [
    'another engine runs with the state of a swarm',
    managers(says.facts({ engine: 'stopped', elsewhere: [{ ...USED, usedBy: 812 }] })),
    ['swarm-in-use mail-1'],
  ],
  [
    'a manager that the others do not list',
    managers(says.stopped('gone'), says.manager('n2', TWO), says.manager('n3', TWO)),
    ['removed-manager mail-1'],
  ],
  [
    'another engine runs with what it would be started with',
    managers(
      says.facts({
        engine: 'stopped',
        membership: { clusterId: 'c', nodeId: 'n', role: 'manager', usedBy: 812 },
      }),
    ),
    ['swarm-in-use mail-1'],
  ],
];

describe('an engine that a run would start is refused by the playbook that starts it', () => {
  test.each(CASES)('%s', (_, hosts, expected) => {
    expect(told(hosts)).toEqual(expected);
    expect(told(hosts.toReversed())).toEqual(expected);
  });

  test.each(CASES)('%s: the whole site says it in the same words, which are told once', (_, hosts) => {
    const whole = new Set(inspectSwarm(hosts).map(({ host: name, message }) => `${name}: ${message}`));
    expect(refused(hosts).filter(({ host: name, message }) => !whole.has(`${name}: ${message}`))).toEqual([]);
  });

  test.each<[string, readonly SwarmHost[]]>([
    ['bare hosts', managers(says.bare, says.bare, undefined)],
    ['engines that are stopped, each in its swarm', managers(says.stopped('n1'), says.stopped('n2'))],
    [
      'a manager that is stopped',
      managers(says.manager('n1', NODES), says.manager('n2', NODES), says.stopped('n3')),
    ],
    ['an engine that runs in no swarm, and the state of one elsewhere', managers(says.elsewhere)],
    ['copies that run', managers(says.manager('n1', NODES), says.manager('n1', NODES))],
    ['what a host that is to be started has no part in', managers(says.state('pending'), says.bare)],
  ])('not %s', (_, hosts) => {
    expect(told(hosts)).toEqual([]);
  });
});
