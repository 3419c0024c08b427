import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { SwarmFacts, SwarmNode } from '../../src/facts/index.ts';
import { decideSwarm } from '../../src/rules/decide-swarm.ts';
import { inspectSwarm } from '../../src/rules/inspect-swarm.ts';
import type { SwarmHost } from '../../src/rules/swarm-host.ts';
import { host, node, says, worker } from './swarm.ts';

const NODES = [node('mail-1', 'n1'), node('mail-2', 'n2'), node('mail-3', 'n3')];
const managers = (...facts: readonly (SwarmFacts | undefined)[]): SwarmHost[] =>
  facts.map((swarm, index) => host(`mail-${index + 1}`, 'manager', swarm));

const usedBeside = (engine: SwarmFacts['engine']) =>
  says.facts({ engine, membership: { clusterId: 'cluster-1', nodeId: 'n1', role: 'manager', usedBy: 812 } });

describe('who makes the swarm', () => {
  test.each<[string, readonly SwarmHost[], object]>([
    [
      'nobody is in one and all answered',
      managers(says.bare, says.inactive, says.bare),
      { kind: 'initialise', on: { name: 'mail-1' } },
    ],
    [
      'a bare first host beside a swarm',
      managers(says.bare, says.manager('n2', NODES), says.manager('n3', NODES)),
      { kind: 'exists', lead: { name: 'mail-2' } },
    ],
    [
      'a silent manager beside a swarm',
      managers(undefined, says.manager('n2', NODES), says.bare),
      { kind: 'exists', lead: { name: 'mail-2' } },
    ],
    [
      'all engines stopped',
      managers(says.stopped('n1'), says.stopped('n2'), says.stopped('n3')),
      { kind: 'asleep', clusterId: 'cluster-1' },
    ],
    [
      'two of three engines stopped, so no quorum: they are started first',
      managers(says.leaderless('n1'), says.stopped('n2'), says.stopped('n3')),
      { kind: 'asleep', lead: { name: 'mail-2' } },
    ],
    ['docker removed everywhere', managers(says.removedDocker('n1')), { kind: 'asleep' }],
    [
      'a silent manager and nobody in one',
      managers(says.bare, says.bare, undefined),
      { kind: 'refused', findings: [{ code: 'silent-manager' }] },
    ],
    [
      'a manager whose docker does not answer',
      managers(says.bare, says.nothing, says.bare),
      { kind: 'refused', findings: [{ code: 'silent-manager' }] },
    ],
    [
      'a silent host may hold the swarm, whatever it is to be',
      [...managers(says.bare), host('mail-4', 'worker', undefined)],
      { kind: 'refused', findings: [{ code: 'silent-manager' }] },
    ],
    [
      "the state of a swarm below another directory than the engine's own",
      managers(says.elsewhere, says.bare, says.inactive),
      { kind: 'refused', findings: [{ code: 'swarm-elsewhere', host: 'mail-1' }] },
    ],
    [
      'the state of a swarm that another engine of the host runs with',
      managers(
        says.facts({
          info: says.info({}),
          elsewhere: [
            { root: '/var/snap/docker/common', clusterId: 'c', nodeId: 'n', role: 'manager', usedBy: 812 },
          ],
        }),
      ),
      {
        kind: 'refused',
        findings: [
          { code: 'swarm-in-use', fix: [expect.not.stringMatching(/mv /), expect.not.stringMatching(/mv /)] },
        ],
      },
    ],
    [
      'the state of a swarm that docker.service would be started with, while another engine runs with it',
      managers(usedBeside('stopped'), says.stopped('n2')),
      {
        kind: 'refused',
        findings: [
          {
            code: 'swarm-in-use',
            host: 'mail-1',
            message: expect.stringContaining('its docker.service does not run, and process 812 has'),
            fix: [
              'see which engine that is: mail-1$ ps -o pid,user,lstart,args -p 812; cat /proc/812/cgroup',
              expect.stringContaining('stop it'),
            ],
          },
        ],
      },
    ],
    [
      'the same, where Docker has lost its command',
      managers(usedBeside('absent'), says.stopped('n2')),
      {
        kind: 'refused',
        findings: [
          {
            code: 'swarm-in-use',
            fix: [
              expect.any(String),
              expect.stringContaining('install the command'),
              expect.stringContaining('stop it'),
            ],
          },
        ],
      },
    ],
    [
      'a stopped manager that is to be a worker is started',
      [host('mail-1', 'worker', says.stopped('n1')), host('mail-2', 'manager', says.bare)],
      { kind: 'asleep', lead: { name: 'mail-1' } },
    ],
    [
      'two managers of one cluster id that do not list each other',
      managers(
        says.manager('n1', [node('mail-1', 'n1'), worker('mail-2', 'n2', { ready: false })]),
        says.manager('n2', NODES),
        says.manager('n3', NODES),
      ),
      { kind: 'refused', findings: [{ code: 'managers-disagree' }] },
    ],
    [
      'a copy of a manager whose Docker is stopped: started, it would be a second one with the same state',
      [
        ...managers(says.manager('n1', NODES), says.manager('n2', NODES)),
        host('mail-4', 'worker', says.stopped('n1')),
      ],
      { kind: 'refused', findings: [{ code: 'same-node' }] },
    ],
    [
      'two that run with the state of one node',
      managers(says.manager('n1', NODES), says.manager('n1', NODES), says.manager('n3', NODES)),
      { kind: 'refused', findings: [{ code: 'same-node' }] },
    ],
    [
      'a copy of a worker',
      [
        ...managers(says.manager('n1', [...NODES, worker('mail-4', 'n4')])),
        host('mail-4', 'worker', says.worker('n4')),
        host('mail-5', 'worker', says.worker('n4')),
      ],
      { kind: 'refused', findings: [{ code: 'same-node' }] },
    ],
    [
      'two clusters',
      managers(says.manager('n1', NODES), says.manager('x', [], 'other'), says.bare),
      { kind: 'refused', findings: [{ code: 'two-swarms' }] },
    ],
    [
      'a worker in another cluster',
      [...managers(says.manager('n1', NODES)), host('mail-4', 'worker', says.worker('x', 'other'))],
      { kind: 'refused', findings: [{ code: 'two-swarms' }] },
    ],
    [
      "only a worker in one: somebody else's",
      [...managers(says.bare), host('mail-4', 'worker', says.worker('x', 'other'))],
      { kind: 'refused', findings: [{ code: 'foreign-swarm' }] },
    ],
    [
      'no quorum',
      managers(says.leaderless('n1'), says.leaderless('n2'), undefined),
      { kind: 'refused', findings: [{ code: 'no-quorum' }] },
    ],
    ['locked', managers(says.state('locked')), { kind: 'refused', findings: [{ code: 'swarm-locked' }] }],
    [
      'still joining',
      managers(says.state('pending')),
      { kind: 'refused', findings: [{ code: 'swarm-pending' }] },
    ],
    ['in an error', managers(says.state('error')), { kind: 'refused', findings: [{ code: 'swarm-error' }] }],
  ])('%s', (_, hosts, decision) => {
    expect(decideSwarm(hosts)).toMatchObject(decision);
    expect(decideSwarm(hosts.toReversed()).kind).toBe(decideSwarm(hosts).kind);
  });
});

test('a manager in an error is not told that it may leave', () => {
  const said = (role: 'manager' | 'worker') => {
    const facts = says.facts({
      membership: { clusterId: 'c', nodeId: 'n1', role },
      info: says.info({ state: 'error', error: 'cannot assign requested address' }),
    });
    return inspectSwarm(managers(facts))[0]?.message;
  };
  expect(said('worker')).toContain('is joined anew');
  expect(said('manager')).not.toContain('joined anew');
  expect(said('manager')).toContain('must not leave');
});

describe('what is refused before anything changes', () => {
  const codes = (hosts: readonly SwarmHost[]) =>
    inspectSwarm(hosts).map(({ level, code, host: name }) => `${level} ${code} ${name ?? '-'}`);
  const old = node('mail-1', 'old', {
    ready: false,
    manager: { leader: false, reachable: false, address: '192.0.2.1:2377' },
  });
  const two = [node('mail-2', 'n2'), node('mail-3', 'n3')];

  test('a healthy swarm: nothing', () => {
    expect(
      codes(managers(says.manager('n1', NODES), says.manager('n2', NODES), says.manager('n3', NODES))),
    ).toEqual([]);
  });

  test('a manager that came back empty, by its name and by its address alone', () => {
    for (const entry of [old, { ...old, hostname: 'renamed' }]) {
      const nodes = [entry, ...two];
      const hosts = managers(says.bare, says.manager('n2', nodes), says.manager('n3', nodes));
      expect(codes(hosts)).toEqual(['refuse dead-manager mail-1']);
      expect(inspectSwarm(hosts)[0]?.fix).toEqual([
        expect.stringMatching(
          /^mail-2\$ i=0; until .* && docker node demote old && .*docker node rm --force old/,
        ),
      ]);
    }
  });

  test('the entry of one that is still heard is removed only once it is down', () => {
    const nodes = [{ ...old, ready: true }, ...two];
    const [finding] = inspectSwarm(managers(says.bare, says.manager('n2', nodes), says.manager('n3', nodes)));
    expect(finding?.fix).toEqual([
      expect.stringMatching(/^mail-2\$ i=0; until docker node inspect .* && docker node demote old/),
    ]);
  });

  test('a manager that is not reached keeps its entry', () => {
    const nodes = [old, ...two];
    expect(codes(managers(undefined, says.manager('n2', nodes), says.manager('n3', nodes)))).toEqual([]);
  });

  test('a worker that came back empty joins as a new node, with a warning', () => {
    const nodes = [...NODES, worker('mail-4', 'old', { ready: false })];
    const hosts = [
      ...managers(says.manager('n1', nodes), says.manager('n2', nodes), says.manager('n3', nodes)),
      host('mail-4', 'worker', says.bare),
    ];
    expect(codes(hosts)).toEqual(['warn old-entry mail-4']);
  });

  test('an entry that a host has left behind is named as long as it is there', () => {
    const nodes = [...NODES, worker('mail-4', 'n4'), worker('mail-4', 'old', { ready: false })];
    const hosts = [
      ...managers(says.manager('n1', nodes), says.manager('n2', nodes), says.manager('n3', nodes)),
      host('mail-4', 'worker', says.worker('n4')),
    ];
    expect(codes(hosts)).toEqual(['warn old-entry mail-4']);
    const [finding] = inspectSwarm(hosts);
    expect(finding?.message).toContain('its old entry old (down). It has joined anew as n4');
    expect(finding?.fix).toEqual([
      expect.stringMatching(/^mail-\d\$ i=0; until .* && docker node rm --force old$/),
    ]);
  });

  test('the entry that a host has just left is its old one while the managers still take it for ready', () => {
    const left = (one: SwarmNode) => {
      const hosts = [
        ...managers(
          ...['n1', 'n2', 'n3'].map((id) => says.manager(id, [...NODES, worker('mail-4', 'n4'), one])),
        ),
        host('mail-4', 'worker', says.worker('n4')),
      ];
      return inspectSwarm(hosts);
    };
    const [finding, ...others] = left(worker('mail-4', 'old', { ready: true }));
    expect([finding?.level, finding?.code, finding?.host, others]).toEqual([
      'warn',
      'old-entry',
      'mail-4',
      [],
    ]);
    expect(finding?.message).toContain('the old one can go, and its labels with it, once it is down');
    expect(finding?.fix).toEqual([
      expect.stringMatching(/^mail-\d\$ i=0; until .* && docker node rm --force old$/),
    ]);
    // At this address under another name, or as a manager, it is somebody else.
    const address = worker('mail-4', 'n4').address;
    expect(left(worker('clone', 'old', { ready: true, address }))[0]?.code).toBe('unknown-node');
    const manager = { leader: false, reachable: true, address: `${address}:2377` };
    expect(left(node('mail-4', 'old', { ready: true, manager }))[0]?.code).toBe('unknown-manager');
  });

  test('an entry is not taken for an old one of a host by an address that says nothing, or while its own may be silent', () => {
    const beside = (at: string, silent: boolean, addresses: readonly number[]) => {
      const nodes = [...NODES, worker('mail-4', 'n4', { ready: false, address: at })];
      const hosts = managers(says.manager('n1', nodes), says.manager('n2', nodes), says.manager('n3', nodes));
      const behind = hosts.map((one, index) => ({
        ...one,
        facts: one.facts && {
          ...one.facts,
          machine: {
            ...one.facts.machine,
            addresses: [
              ...one.facts.machine.addresses,
              ...(addresses.includes(index) ? [{ device: 'nat', cidr: '10.0.2.15/24' }] : []),
            ],
          },
        },
      }));
      return codes([...behind, ...(silent ? [host('mail-4', 'worker', undefined)] : [])]);
    };
    // All machines of a hypervisor have that address.
    expect(beside('10.0.2.15', false, [0, 1, 2])).toEqual(['warn unknown-node -']);
    expect(beside('10.0.2.15', false, [0])).toEqual(['warn old-entry mail-1']);
    // The host that has this entry is off, and another has its address by now.
    expect(beside('10.0.2.15', true, [0])).toEqual([]);
    expect(beside('192.0.2.4', true, [])).toEqual([]);
  });

  test('another machine of the same name that runs is not taken for what a host has left behind', () => {
    const other = { ready: true, address: '198.51.100.9' };
    const beside = (nodes: readonly SwarmNode[]) =>
      codes(managers(says.manager('n1', nodes), says.manager('n2', nodes), says.manager('n3', nodes)));
    expect(beside([...NODES, worker('debian', 's1', other)])).toEqual(['warn unknown-node -']);
    expect(beside([...NODES, worker('mail-1', 's1', { ...other, ready: false })])).toEqual([
      'warn unknown-node -',
    ]);
    // Mailu's accounts are bound to a host by its name.
    expect(beside([...NODES, worker('mail-1', 's1', other)])).toEqual(['refuse same-hostname mail-1']);
    const manager = { leader: false, reachable: true, address: '198.51.100.9:2377' };
    expect(beside([...NODES, node('mail-1', 's1', { ...other, manager })])).toEqual([
      'refuse unknown-manager -',
    ]);
  });

  test('of an old manager that was joined beside, it is said what it counts for', () => {
    const nodes = [...NODES, old];
    const hosts = managers(says.manager('n1', nodes), says.manager('n2', nodes), says.manager('n3', nodes));
    expect(codes(hosts)).toEqual(['warn old-entry mail-1']);
    expect(inspectSwarm(hosts)[0]?.message).toContain(
      'as one of the 4 managers that a majority is counted from',
    );
  });

  test('nodes that no host is: a manager is refused, a worker is said', () => {
    const nodes = [
      ...NODES,
      node('stranger', 's1', {
        address: '198.51.100.9',
        manager: { leader: false, reachable: true, address: '198.51.100.9:2377' },
      }),
      worker('guest', 's2', { address: '198.51.100.10' }),
    ];
    expect(
      codes(managers(says.manager('n1', nodes), says.manager('n2', nodes), says.manager('n3', nodes))),
    ).toEqual(['refuse unknown-manager -', 'warn unknown-node -']);
  });

  test('a manager that the others removed', () => {
    expect(
      codes(managers(says.manager('n2', NODES), says.manager('gone', NODES), says.manager('n3', NODES))),
    ).toContain('refuse removed-manager mail-2');
  });

  test('a manager that they removed is not started: its old disk may have it as the only one', () => {
    const others = [says.manager('n2', two), says.manager('n3', two)];
    for (const facts of [says.stopped('n1'), says.removedDocker('n1')]) {
      const [finding, ...more] = inspectSwarm(managers(facts, ...others));
      expect([finding?.level, finding?.code, finding?.host, more]).toEqual([
        'refuse',
        'removed-manager',
        'mail-1',
        [],
      ]);
      expect(finding?.fix).toEqual([
        'mail-2$ docker node ls; docker service ls',
        expect.stringMatching(/moves? it aside, which loses nothing: mail-1\$ mv -nT /),
      ]);
    }
    const stopped = { clusterId: 'cluster-1', nodeId: 'n1', role: 'worker' as const };
    const asWorker = says.facts({ engine: 'stopped', membership: stopped });
    expect(codes(managers(asWorker, ...others))).toEqual([]);
    expect(codes(managers(says.stopped('n2'), says.stopped('n3'), says.stopped('n1')))).toEqual([]);
  });

  test('a worker that the managers removed is not told that it takes itself for a manager: it is joined anew', () => {
    const others = ['n1', 'n2', 'n3'].map((id) => says.manager(id, NODES));
    expect(codes([...managers(...others), host('mail-4', 'worker', says.worker('gone'))])).toEqual([]);
  });

  test('a node that the managers do not hear', () => {
    const nodes = [node('mail-1', 'n1'), node('mail-2', 'n2'), worker('mail-3', 'n3', { ready: false })];
    expect(codes(managers(says.manager('n1', nodes), says.manager('n2', nodes), says.worker('n3')))).toEqual([
      'warn node-not-ready mail-3',
    ]);
    expect(codes(managers(says.manager('n1', nodes), says.manager('n2', nodes), says.stopped('n3')))).toEqual(
      [],
    );
  });

  test.each([
    { managers: 'Leader\nReachable\nReachable', state: 'down', restarted: 'restart docker' },
    { managers: 'Leader\nReachable\nReachable', state: 'ready', restarted: '' },
    { managers: 'Leader\nReachable\nUnreachable', state: 'down', restarted: '' },
    { managers: '', state: 'down', restarted: '' },
  ])(
    'a manager that is reachable and counted as down, $state, $managers',
    ({ managers: list, state, restarted }) => {
      const nodes = [
        node('mail-1', 'n1'),
        node('mail-2', 'n2'),
        node('mail-3', 'n3', {
          ready: false,
          manager: { leader: false, reachable: true, address: '192.0.2.3:2377' },
        }),
      ];
      const [finding] = inspectSwarm(
        managers(says.manager('n1', nodes), says.manager('n2', nodes), says.manager('n3', nodes)),
      );
      expect(finding).toMatchObject({ level: 'warn', code: 'node-not-ready', host: 'mail-3' });
      const docker = `docker() { case $2 in ls) printf '%s\n' '${list}' ;; inspect) echo ${state} ;; esac; }`;
      const command = finding?.fix[0]?.replace(/^mail-3\$ /, '');
      const { stdout } = spawnSync('dash', ['-c', `${docker}\nsystemctl() { echo "$*"; }\n${command}`], {
        encoding: 'utf8',
      });
      expect(stdout.replace(/^Unreachable\n/, '').trim()).toBe(restarted);
    },
  );

  test('a copy whose original is heard elsewhere is not started; one that was stopped a moment ago is', () => {
    const nodes = [...NODES, worker('image', 'n4', { address: '198.51.100.4' })];
    const beside = (nodeId: string) =>
      codes([
        ...managers(says.manager('n1', nodes), says.manager('n2', nodes), says.manager('n3', nodes)),
        host('mail-4', 'worker', says.stopped(nodeId)),
      ]);
    expect(beside('n4')).toEqual(['refuse same-node mail-4']);
    expect(codes(managers(says.manager('n1', NODES), says.manager('n2', NODES), says.stopped('n3')))).toEqual(
      [],
    );
  });

  test('docker that does not answer on a member', () => {
    expect(codes(managers(says.manager('n1', NODES), says.nothing, says.manager('n3', NODES)))).toContain(
      'refuse docker-silent mail-2',
    );
  });

  test('one that cannot tell is not started with the others, as after a power cut where its disk is locked', () => {
    const locked = says.facts({ engine: 'stopped', unknown: 'its disk may be missing' });
    const asleep = [says.stopped('n1'), says.stopped('n2')];
    expect(codes(managers(...asleep, locked))).toEqual(['refuse docker-silent mail-3']);
    expect(codes([...managers(...asleep), host('mail-4', 'worker', says.nothing)])).toEqual([
      'refuse docker-silent mail-4',
    ]);
    expect(codes(managers(...asleep, undefined))).toEqual([]);
  });

  test('the last manager is not made a worker', () => {
    const nodes = [node('mail-1', 'n1'), worker('mail-2', 'n2')];
    const hosts = [
      host('mail-1', 'worker', says.manager('n1', nodes)),
      host('mail-2', 'manager', says.worker('n2')),
    ];
    expect(codes(hosts)).toEqual(['refuse last-manager mail-1']);
  });

  test('every finding says what to do', () => {
    const nodes = [old, ...two];
    const cases = [
      managers(says.bare, says.manager('n2', nodes), says.manager('n3', nodes)),
      managers(says.bare, undefined, says.bare),
      managers(says.leaderless('n1'), undefined, undefined),
      managers(says.manager('n1', NODES), says.manager('x', [], 'other'), says.bare),
    ];
    for (const finding of cases.flatMap(inspectSwarm)) expect(finding.fix.length).toBeGreaterThan(0);
  });
});
