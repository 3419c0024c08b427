import { describe, expect, test } from 'vitest';
import type { FirewallFacts, MachineFacts } from '../../src/facts/index.ts';
import { advertiseAddress, freePool, overlaps } from '../../src/rules/address.ts';
import { inspectMachines } from '../../src/rules/machine.ts';
import { inspectPorts } from '../../src/rules/ports.ts';
import { machine } from './swarm.ts';

const os = (id: string, version: string, name: string) => ({ id, version, name, codename: '', like: [] });
const LIMITS = { clockSkew: 30, freeBytes: 2 * 2 ** 30 };

type Change = Partial<MachineFacts> & { readonly ahead?: readonly [number, number] | null };

function inspect(...changes: readonly (Change | undefined)[]): readonly string[] {
  const hosts = changes.map((change, index) => {
    const name = `mail-${index + 1}`;
    return {
      name,
      facts: change && { machine: machine(name, change) },
      ahead:
        change?.ahead === null
          ? undefined
          : { least: change?.ahead?.[0] ?? 0, most: change?.ahead?.[1] ?? 0.2 },
      onHost: (command: string) => `${name}$ ${command}`,
    };
  });
  const findings = inspectMachines(hosts, LIMITS);
  for (const { fix, level } of findings) expect([level, fix.length > 0]).toEqual(['refuse', true]);
  return findings.map(({ code, host }) => `${host} ${code}`);
}

describe('machines', () => {
  test.each<[string, readonly (Change | undefined)[], readonly string[]]>([
    ['three good ones', [{}, {}, {}], []],
    ['one that is not reached', [{}, undefined, {}], []],
    ['an old Debian', [{ os: os('debian', '11', 'Debian 11') }], ['mail-1 unsupported-os']],
    ['another system', [{ os: os('alpine', '3.22', 'Alpine') }], ['mail-1 unsupported-os']],
    ['a system without a version', [{ os: os('debian', '', 'Debian sid') }], ['mail-1 unsupported-os']],
    ['a recent Ubuntu', [{ os: os('ubuntu', '24.04', 'Ubuntu 24.04') }], []],
    ['no systemd', [{ systemd: false }], ['mail-1 no-systemd']],
    ['not root', [{ root: false }], ['mail-1 not-root']],
    ['little room', [{ freeBytes: 2 ** 30 }], ['mail-1 disk-full']],
    ['just the room that is needed', [{ freeBytes: 2 * 2 ** 30 }], []],
    ['one byte less', [{ freeBytes: 2 * 2 ** 30 - 1 }], ['mail-1 disk-full']],
    ['the oldest Debian that is supported', [{ os: os('debian', '12', 'Debian 12') }], []],
    ['an old Ubuntu', [{ os: os('ubuntu', '20.04', 'Ubuntu 20.04') }], ['mail-1 unsupported-os']],
    ['a clock just at the limit', [{ ahead: [30, 30] }, {}, {}], []],
    ['a clock just over it', [{ ahead: [31, 31] }, {}, {}], ['mail-1 clock-skew']],
    [
      'no machine id, twice',
      [{ machineId: '' }, { machineId: '' }],
      ['mail-1 no-machine-id', 'mail-2 no-machine-id'],
    ],
    [
      'a cloned machine',
      [{ hostname: 'x', machineId: '1', bootId: 'a' }, {}, { hostname: 'x', machineId: '1', bootId: 'b' }],
      ['mail-3 duplicate-hostname', 'mail-3 duplicate-machine-id'],
    ],
    [
      'one machine that two addresses lead to',
      [{ hostname: 'x', machineId: '1', bootId: 'a' }, {}, { hostname: 'x', machineId: '1', bootId: 'a' }],
      ['mail-3 same-machine'],
    ],
    [
      'two containers of one machine that have one id',
      [
        { machineId: '1', bootId: 'a' },
        { machineId: '1', bootId: 'a' },
      ],
      ['mail-2 duplicate-machine-id'],
    ],
    [
      'what does not say which boot it is',
      [
        { hostname: 'x', machineId: '1', bootId: '' },
        { hostname: 'x', machineId: '1', bootId: '' },
      ],
      ['mail-2 duplicate-hostname', 'mail-2 duplicate-machine-id'],
    ],
    [
      'a clock that is off, whichever host is asked first',
      [{ ahead: [100, 100.2] }, {}, {}],
      ['mail-1 clock-skew'],
    ],
    ['a clock that is behind', [{}, {}, { ahead: [-100, -99] }], ['mail-3 clock-skew']],
    ['a clock within the limit', [{ ahead: [29, 30] }, {}, {}], []],
    ['all clocks off alike', [{ ahead: [900, 901] }, { ahead: [901, 902] }, { ahead: [900, 901] }], []],
    ['one of which little is known', [{ ahead: [-70, 70] }, {}, {}], []],
    ['little is known of most', [{ ahead: [-70, 0] }, { ahead: [0, 70] }, { ahead: [40, 40] }], []],
    ['nothing is known of one', [{ ahead: null }, { ahead: [100, 100] }, {}], ['mail-2 clock-skew']],
  ])('%s', (_, changes, findings) => {
    expect(inspect(...changes)).toEqual(findings);
  });

  test.each([
    [[100, 102], '100 s ahead of'],
    [[-102, -100], '100 s behind'],
  ] as const)('a clock that is off by %j is said to be %s the others', (ahead, said) => {
    const seen = (name: string, [least, most]: readonly [number, number]) => ({
      name,
      facts: { machine: machine(name) },
      ahead: { least, most },
      onHost: (command: string) => command,
    });
    const findings = inspectMachines(
      [seen('mail-1', [0, 0]), seen('mail-2', ahead), seen('mail-3', [0, 0])],
      LIMITS,
    );
    expect(findings).toMatchObject([{ host: 'mail-2', message: expect.stringContaining(said) }]);
  });
});

describe('ports', () => {
  const port = (host: string, number: number, state: 'open' | 'closed' | 'silent') => ({
    host,
    address: '',
    port: number,
    state,
  });
  const seen = (
    name: string,
    role: 'manager' | 'worker',
    ports: ReturnType<typeof port>[] | null | undefined,
    firewall: FirewallFacts = { kind: 'none', opened: [] },
  ) => ({
    name,
    address: `192.0.2.${name.charCodeAt(0)}`,
    settings: { role },
    facts: ports === undefined ? undefined : { ports, firewall },
    onHost: (command: string) => `${name}$ ${command}`,
  });

  test('a firewall that is about to let a host in is not in the way, unless it is left alone or has done so', () => {
    const silent = [port('a', 7946, 'silent')];
    const hosts = (opened: readonly string[]) => [
      seen('a', 'manager', [], { kind: 'ufw', opened }),
      seen('b', 'manager', silent),
    ];
    const codes = (opened: readonly string[], opens: boolean) =>
      inspectPorts(hosts(opened), opens).map(({ code }) => code);
    expect(codes([], true)).toEqual([]);
    expect(codes([], false)).toEqual(['port-blocked']);
    expect(codes(['192.0.2.98'], true)).toEqual(['port-blocked']);
  });

  test('workers need the port of the gossip of each other, and no other port', () => {
    const findings = inspectPorts(
      [
        seen('a', 'worker', [
          port('b', 7946, 'silent'),
          port('b', 2377, 'silent'),
          port('b', 7945, 'silent'),
        ]),
        seen('b', 'worker', []),
      ],
      false,
    );
    expect(findings).toMatchObject([
      { code: 'port-blocked', host: 'a', message: expect.stringContaining('on TCP 7946:') },
    ]);
  });

  test('silence is blocked; closed is not; the management port matters only of managers', () => {
    const findings = inspectPorts(
      [
        seen('a', 'manager', [port('b', 2377, 'closed'), port('b', 7946, 'closed')]),
        seen('b', 'worker', [
          port('a', 2377, 'silent'),
          port('a', 7946, 'silent'),
          port('c', 2377, 'silent'),
          port('d', 7946, 'silent'),
        ]),
        seen('c', 'worker', [port('a', 2377, 'open'), port('b', 2377, 'silent')]),
        seen('d', 'worker', undefined),
        seen('e', 'worker', null),
      ],
      true,
    );
    expect(
      findings.map(({ level, code, host, message }) => [
        level,
        code,
        host,
        / on TCP (.*):/.exec(message)?.[1],
      ]),
    ).toEqual([
      ['refuse', 'port-blocked', 'b', '2377 and 7946'],
      ['warn', 'ports-not-tried', 'e', undefined],
    ]);
  });
});

describe('addresses', () => {
  const own = [
    { device: 'eth0', cidr: '192.0.2.11/24' },
    { device: 'eth1', cidr: '10.0.0.11/24' },
    { device: 'eth0', cidr: '2001:db8::1/64' },
  ];

  test.each([
    ['explicit', '10.0.0.11', '192.0.2.11', own, { address: '10.0.0.11' }],
    ["the inventory's, where the host has it", undefined, '10.0.0.11', own, { address: '10.0.0.11' }],
    [
      'its only one, behind a translated address',
      undefined,
      '198.51.100.1',
      own.slice(0, 1),
      { address: '192.0.2.11' },
    ],
    ['not clear', undefined, 'mail-1.example.org', own, { candidates: ['192.0.2.11', '10.0.0.11'] }],
  ] as const)('%s', (_, explicit, inventory, addresses, found) => {
    expect(advertiseAddress(explicit, inventory, addresses)).toEqual(found);
  });

  test('ranges that share an address', () => {
    expect(overlaps(['10.0.0.0/8'], ['10.0.0.11/24', '192.0.2.11/24', 'default'])).toEqual([
      ['10.0.0.0/8', '10.0.0.11/24'],
    ]);
    expect(overlaps(['10.201.0.0/16'], ['10.200.0.0/15', '10.202.0.0/16'])).toEqual([
      ['10.201.0.0/16', '10.200.0.0/15'],
    ]);
  });

  test('a range without a prefix is one address, and what is no IPv4 shares none', () => {
    expect(overlaps(['10.0.0.0/8'], ['10.9.9.9', '11.0.0.1', 'fd00::/8', ''])).toEqual([
      ['10.0.0.0/8', '10.9.9.9'],
    ]);
    expect(overlaps(['10.0.0.1'], ['10.0.0.1/32', '10.0.0.2'])).toEqual([['10.0.0.1', '10.0.0.1/32']]);
  });

  test('a pool is proposed that shares no address with the routes of the hosts, where there is one', () => {
    const pools: string[] = [];
    for (let pool = freePool([]); pool !== undefined; pool = freePool(pools)) pools.push(pool);
    expect(pools).toEqual([
      '10.201.0.0/16',
      '10.87.0.0/16',
      '172.29.0.0/16',
      '172.24.0.0/16',
      '192.168.128.0/17',
    ]);
    expect(freePool(['10.201.0.0/24'])).toBe('10.87.0.0/16');
    expect(freePool(['0.0.0.0/0'])).toBeUndefined();
  });
});
