import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { inventoryJsonSchema, loadInventory, selectHosts } from '../../src/inventory/index.ts';

const SECTIONS = [
  {
    name: 'swarm',
    cluster: z.strictObject({ pools: z.array(z.cidrv4()).default([]) }),
    host: z.strictObject({
      role: z.enum(['manager', 'worker']).default('worker'),
      labels: z.record(z.string(), z.string()).default({}),
    }),
  },
  {
    name: 'storage',
    cluster: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('nfs'), server: z.string() }),
        z.strictObject({ kind: z.literal('none') }),
      ])
      .default({ kind: 'none' }),
    host: z.strictObject({ brick: z.string().optional() }),
  },
];

const load = (text: string) => loadInventory(text, 'i.yaml', SECTIONS);
const mistakes = (text: string) =>
  load(text).problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);

const GOOD = `cluster: mail
ssh: { user: deploy, port: 2222 }
secrets:
  pw: { env: PW }
swarm: { pools: [10.1.0.0/16], labels: { all: '1' } }
groups:
  front: { hosts: [b], ssh: { user: front }, swarm: { labels: { front: '1' } } }
hosts:
  a: { address: 192.0.2.1, swarm: { role: manager } }
  b: { address: b.example.org, ssh: { port: 22, sudoPassword: pw }, swarm: { labels: { all: '2' } } }
`;

describe('a good inventory', () => {
  test('is merged section, group, host; later wins', () => {
    const { inventory, problems } = load(GOOD);
    expect(problems).toEqual([]);
    expect(
      inventory?.hosts.map(({ name, groups, ssh }) => [name, groups, ssh.user, ssh.port, ssh.sudoPassword]),
    ).toEqual([
      ['a', [], 'deploy', 2222, undefined],
      ['b', ['front'], 'front', 22, 'pw'],
    ]);
    const swarm = inventory?.sections.get('swarm');
    expect(swarm?.cluster).toEqual({ pools: ['10.1.0.0/16'] });
    expect(swarm?.hosts.get('a')).toEqual({ role: 'manager', labels: { all: '1' } });
    expect(swarm?.hosts.get('b')).toEqual({ role: 'worker', labels: { all: '2', front: '1' } });
  });

  test('may have several hosts behind one address, each at a port of its own', () => {
    const behind = (port: number) => `{ address: 192.0.2.1, ssh: { port: ${port} } }`;
    const { inventory } = load(
      `cluster: m\nhosts: { a: ${behind(2201)}, b: ${behind(2202)}, c: { address: 192.0.2.1 } }\n`,
    );
    expect(inventory?.hosts.map(({ ssh }) => ssh.port)).toEqual([2201, 2202, undefined]);
  });

  test('is limited to hosts and groups', () => {
    const { inventory } = load(GOOD);
    if (inventory === undefined) throw new Error();
    expect([...selectHosts(inventory, undefined)]).toEqual(['a', 'b']);
    expect([...selectHosts(inventory, '@front, a')]).toEqual(['b', 'a']);
    expect(() => selectHosts(inventory, 'c')).toThrow(
      /--limit c: not in the inventory, which has a, b, @front/,
    );
    expect(() => selectHosts(inventory, ',')).toThrow(/names no host/);
  });

  test('has a JSON Schema that knows every section at every level', () => {
    const schema = JSON.stringify(inventoryJsonSchema(SECTIONS));
    expect(schema.match(/"labels"/g)).toHaveLength(3);
    expect(schema.match(/"pools"/g)).toHaveLength(1);
    expect(inventoryJsonSchema(SECTIONS)).toMatchObject({
      required: ['cluster', 'hosts'],
      additionalProperties: false,
    });
  });
});

/** A file of a few lines whose aliases stand for 9 to the power of 12. */
function bomb(): string {
  const levels = Array.from(
    { length: 11 },
    (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`,
  );
  return ['a0: &a0 [x, x, x, x, x, x, x, x, x]', ...levels, ''].join('\n');
}

/** What people write where an address belongs, and what they are told beside what is expected. */
const ADDRESSES: readonly (readonly [string, string])[] = [
  ['deploy@192.0.2.1', ' alone; the user who logs in goes into `ssh: { user }`'],
  ['192.0.2.1:2222', ' alone; the port is `ssh: { port }`'],
  ['mail.example:2222', ' alone; the port is `ssh: { port }`'],
  ['[2001:db8::1]', ', without brackets'],
  ['ssh://192.0.2.1', ' alone, without what is before and after it'],
  ['192.0.2.1/24', ' alone, without the length of its network'],
  ['fe80::1%eth0', ', which another machine can reach it at as well: a link-local one is none'],
  ['192.0.2.300', '; an IPv4 address is four numbers up to 255'],
  ['192.0.2', '; an IPv4 address is four numbers up to 255'],
  ['192.0.02.001', '; an IPv4 address is four numbers up to 255'],
  ['schüle.example', '; DNS has it as xn--schle-mva.example'],
  ['not an address', ''],
];

describe('mistakes are told with their place and what was expected', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'not YAML',
      'cluster: [',
      ['1:11 : Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    [
      'aliases that stand for a billion values',
      bomb(),
      [expect.stringContaining('1:1 : its aliases (`*name`) cannot be followed: Excessive alias count')],
    ],
    [
      'the same key twice',
      'cluster: a\ncluster: b\nhosts: {}\n',
      ['2:1 : `cluster` is written twice in one map; keep one'],
    ],
    [
      'UTF-16, as a program of Windows writes it',
      Buffer.from('\ufeffcluster: m\n', 'utf16le').toString('utf8'),
      ['1:1 : this is not UTF-8 (UTF-16 has such zeros); save the file as UTF-8'],
    ],
    [
      'Latin-1',
      Buffer.from('cluster: m\n# f\u00fcr alle\n', 'latin1').toString('utf8'),
      ['2:4 : a letter here is not UTF-8; save the file as UTF-8, and write it again'],
    ],
    [
      'what a merge has left',
      `<<<<<<< HEAD\n${GOOD}=======\n${GOOD}>>>>>>> theirs\n`,
      [expect.stringMatching(/^1:1 : a merge has left both versions here/)],
    ],
    [
      'a no-break space, as web pages have it',
      'cluster: m\nhosts:\n\u00a0\u00a0a: { address: 192.0.2.1 }\n',
      ['3:1 : this line begins with a space that is none (a no-break space, say); type the spaces anew'],
    ],
    [
      'a variable, told once',
      `cluster: m\nhosts:\n  a: { address: \${IP}, connection: ssh }\n`,
      [expect.stringMatching(/^3:\d+ : an inventory has no variables .*: write the value itself/)],
    ],
    [
      'two documents',
      `${GOOD}---\n${GOOD}`,
      ['11:1 : a second document begins here (`---`); an inventory is one'],
    ],
    [
      'an alias of nothing',
      'cluster: m\nhosts:\n  a: *none\n',
      ['3:6 : `*none` stands for `&none`, which is nowhere before it'],
    ],
    [
      'a merge key',
      'cluster: m\nhosts:\n  a: &a { address: 192.0.2.1 }\n  b: { <<: *a, address: 192.0.2.2 }\n',
      ['4:8 hosts.b.<<: is not followed here; what several hosts have in common is written in a group'],
    ],
    [
      'a number where a text belongs, and the other way round',
      'cluster: 2024\nssh: { port: "22" }\nhosts: { a: { address: 192.0.2.1 } }\n',
      [
        '1:1 cluster: expected a text, got a number; write it in quotes',
        '2:8 ssh.port: expected a number, got a text; write it without quotes',
      ],
    ],
    [
      'a section that is no map, told where it stands',
      'cluster: m\nswarm: true\nhosts: { a: { address: 192.0.2.1 } }\n',
      ['2:1 swarm: expected a map (`name: value`), got true or false'],
    ],
    ...ADDRESSES.map(([address, hint]): [string, string, readonly string[]] => [
      `the address ${address}`,
      `cluster: m\nhosts:\n  a: { address: "${address}" }\n`,
      [`3:8 hosts.a.address: expected an IP address or a host name${hint}`],
    ]),
    [
      'one address in two spellings',
      'cluster: m\nhosts:\n  a: { address: "2001:db8::1" }\n  b: { address: "2001:DB8:0::1" }\n  c: { address: Mail.example }\n  d: { address: mail.example. }\n',
      ['4:8 hosts.b.address: a has the same address', '6:8 hosts.d.address: c has the same address'],
    ],
    ['no map', '- a\n', ['1:1 : expected a map with `cluster` and `hosts`']],
    ['nothing', '', ['1:1 : expected a map with `cluster` and `hosts`']],
    ['no hosts', 'cluster: mail\nhosts: {}\n', ['2:1 hosts: expected at least one host']],
    ['an unknown key at the top', `${GOOD}swrm: {}\n`, ['11:1 swrm: unknown key; did you mean `swarm`?']],
    [
      'an unknown key of a host',
      'cluster: m\nhosts:\n  a: { address: 192.0.2.1, colour: red }\n',
      ['3:28 hosts.a.colour: unknown key; expected one of address, connection, ssh, swarm, storage'],
    ],
    [
      'an unknown key of a section in a host',
      'cluster: m\nhosts:\n  a: { address: 192.0.2.1, swarm: { rol: manager } }\n',
      ['3:37 hosts.a.swarm.rol: unknown key; did you mean `role`?'],
    ],
    [
      'what holds for the cluster, in a host',
      'cluster: m\nhosts:\n  a: { address: 192.0.2.1, swarm: { pools: [] } }\n',
      ['3:37 hosts.a.swarm.pools: holds for the whole cluster; write it in the section `swarm`'],
    ],
    [
      'a wrong value in a group, told once',
      'cluster: m\ngroups:\n  g: { hosts: [a, b], swarm: { role: boss } }\nhosts:\n  a: { address: 192.0.2.1 }\n  b: { address: 192.0.2.2 }\n',
      ['3:32 groups.g.swarm.role: expected manager or worker'],
    ],
    [
      'a host of a group that is not there',
      'cluster: m\ngroups: { g: { hosts: [z] } }\nhosts: { a: { address: 192.0.2.1 } }\n',
      ['2:24 groups.g.hosts.0: there is no host `z`'],
    ],
    [
      'a secret that is not there',
      'cluster: m\nssh: { sudoPassword: pw }\nhosts: { a: { address: 192.0.2.1 } }\n',
      ['2:8 ssh.sudoPassword: there is no secret `pw`; define it under `secrets:`'],
    ],
    [
      'one address twice',
      'cluster: m\nhosts:\n  a: { address: 192.0.2.1 }\n  b: { address: 192.0.2.1 }\n',
      ['4:8 hosts.b.address: a has the same address'],
    ],
    [
      'one address and port twice',
      'cluster: m\nssh: { port: 2222 }\nhosts:\n  a: { address: 192.0.2.1 }\n  b: { address: 192.0.2.1 }\n',
      ['5:8 hosts.b.address: a has the same address and port'],
    ],
    [
      'a kind that is not there',
      'cluster: m\nstorage: { kind: ceph }\nhosts: { a: { address: 192.0.2.1 } }\n',
      ['2:12 storage.kind: expected nfs or none'],
    ],
    [
      'a secret in the clear',
      'cluster: m\nsecrets: { pw: hunter2 }\nhosts: { a: { address: 192.0.2.1 } }\n',
      [
        '2:12 secrets.pw: expected one of { env: NAME }, { file: PATH }, { command: TEXT }, { age: NAME }, { prompt: TEXT }',
      ],
    ],
    [
      'a port that is none',
      'cluster: m\nssh: { port: 99999 }\nhosts: { a: { address: 192.0.2.1 } }\n',
      ['2:8 ssh.port: expected a number of at most 65535, got 99999'],
    ],
  ])('%s', (_, text, expected) => {
    expect(mistakes(text)).toEqual(expected);
  });

  test('all at once, in the order of the file', () => {
    const text = GOOD.replace('user: deploy', 'usr: deploy')
      .replace('192.0.2.1,', "'not an address',")
      .replace('role: manager', 'role: boss');
    expect(mistakes(text).map((line) => line.split(' ')[1])).toEqual([
      'ssh.usr:',
      'hosts.a.address:',
      'hosts.a.swarm.role:',
    ]);
  });
});
