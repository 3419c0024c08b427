import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { counted, figure, provision } from './harness.ts';
import { up } from './lab.ts';
import { nodeOf } from './node.ts';
import { paths } from './state.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-broken-'));
const [a, b, c] = [1, 2, 3].map((number) => nodeOf(number).address);

/** A good inventory of the lab's nodes, with lines changed by what they are. */
const lines = {
  cluster: 'cluster: lab',
  ssh: `ssh: { user: root, identity: ${paths.identity}, knownHosts: ${paths.knownHosts} }`,
  secrets: `secrets: { pw: { file: ${paths.sudoPassword} } }`,
  hosts: 'hosts:',
  a: `  a: { address: ${a}, swarm: { role: manager } }`,
  b: `  b: { address: ${b}, swarm: { role: manager } }`,
  c: `  c: { address: ${c}, swarm: { role: manager } }`,
  groups: 'groups: { front: { hosts: [a, b] } }',
  storage: 'storage: { kind: glusterfs, replica: 3 }',
  resolver: 'resolver: { kind: unbound }',
  mailu: 'mailu: { domain: example.org, hostnames: [mail.example.org] }',
};
type Change = Partial<Record<keyof typeof lines, string>>;
const mailu = (more: string): Change => ({
  mailu: `mailu: { domain: example.org, hostnames: [mail.example.org], ${more} }`,
});

/** What is wrong, and what is said of it: the place, and what to do. */
const BROKEN: readonly (readonly [string, Change, RegExp])[] = [
  ['not YAML', { groups: 'groups: { front: [' }, /:9:\d+: Flow sequence/],
  ['a tab', { a: '\ta: { address: 192.0.2.1 }' }, /:5:\d+/],
  ['a key twice', { groups: 'cluster: other' }, /:8:1: `cluster` is written twice/],
  ['no cluster', { cluster: '# nothing' }, /cluster: missing/],
  ['a cluster that is no name', { cluster: 'cluster: My Lab' }, /:1:\d+ cluster: expected lower-case/],
  ['no hosts', { hosts: 'hosts: {}', a: '', b: '', c: '' }, /:4:\d+ hosts: expected at least one host/],
  [
    'a host that is no name',
    { a: `  A_1: { address: ${a}, swarm: { role: manager } }` },
    /:5:3 hosts\.A_1: expected lower-case/,
  ],
  ['no address', { a: '  a: { swarm: { role: manager } }' }, /:5:\d+ hosts\.a\.address: missing/],
  [
    'an address that is none',
    { a: '  a: { address: "not an address", swarm: { role: manager } }' },
    /:5:\d+ hosts\.a\.address: expected an IP address or a host name/,
  ],
  [
    'two hosts at one address',
    { b: `  b: { address: ${a}, swarm: { role: manager } }` },
    /hosts\.b\.address: a has the same address/,
  ],
  [
    'a misspelt key of a host',
    { a: `  a: { adress: ${a}, swarm: { role: manager } }` },
    /:5:8 hosts\.a\.adress: unknown key; did you mean `address`/,
  ],
  [
    'a misspelt section',
    { storage: 'storege: { kind: glusterfs }' },
    /:9:1 storege: unknown key; did you mean `storage`/,
  ],
  ['a port that is none', { ssh: 'ssh: { port: 70000 }' }, /:2:\d+ ssh\.port: .*65535/],
  [
    'a policy that is none',
    { ssh: 'ssh: { hostKeyPolicy: maybe }' },
    /:2:\d+ ssh\.hostKeyPolicy: .*accept-new/,
  ],
  [
    'a secret in the clear',
    { secrets: 'secrets: { pw: hunter2 }' },
    /:3:\d+ secrets\.pw: expected one of \{ env: NAME \}/,
  ],
  ['a secret of two sources', { secrets: 'secrets: { pw: { env: A, file: B } }' }, /:3:\d+ secrets\.pw/],
  [
    'a secret that is not there',
    { ssh: 'ssh: { sudoPassword: pv }' },
    /:2:\d+ ssh\.sudoPassword: there is no secret `pv`/,
  ],
  [
    'a variable that is not set',
    { ssh: `ssh: { sudoPassword: pw }`, secrets: 'secrets: { pw: { env: NOT_SET_ANYWHERE } }' },
    /:3:\d+ secrets\.pw: the environment variable NOT_SET_ANYWHERE is not set/,
  ],
  [
    'a file that is not there',
    { ssh: `ssh: { sudoPassword: pw }`, secrets: 'secrets: { pw: { file: none } }' },
    /:3:\d+ secrets\.pw: cannot read/,
  ],
  [
    'a command that fails',
    { ssh: `ssh: { sudoPassword: pw }`, secrets: 'secrets: { pw: { command: exit 3 } }' },
    /:3:\d+ secrets\.pw: `exit 3` failed: exit code 3/,
  ],
  [
    'a group of a stranger',
    { groups: 'groups: { front: { hosts: [a, x] } }' },
    /:8:\d+ groups\.front\.hosts\.1: there is no host `x`/,
  ],
  [
    'a group named as a host',
    { groups: 'groups: { a: { hosts: [b] } }' },
    /groups\.a: a host has the same name/,
  ],
  ['an empty group', { groups: 'groups: { front: { hosts: [] } }' }, /:8:\d+ groups\.front\.hosts/],
  [
    'two managers',
    { c: `  c: { address: ${c} }` },
    /hosts\.b\.swarm\.role: 2 managers \(a, b\).*make it 1 or 3/,
  ],
  [
    'no manager',
    { a: `  a: { address: ${a} }`, b: `  b: { address: ${b} }`, c: `  c: { address: ${c} }` },
    /no host has `swarm: \{ role: manager \}`/,
  ],
  [
    'a role that is none',
    { a: `  a: { address: ${a}, swarm: { role: boss } }` },
    /:5:\d+ hosts\.a\.swarm\.role: .*manager/,
  ],
  [
    'a setting of the cluster in a host',
    { a: `  a: { address: ${a}, swarm: { role: manager, addressPools: [10.0.0.0/8] } }` },
    /:5:\d+ hosts\.a\.swarm\.addressPools: holds for the whole cluster/,
  ],
  [
    'live-restore',
    { groups: 'docker: { settings: { live-restore: true } }' },
    /live-restore: Docker refuses live-restore in a swarm/,
  ],
  [
    'two copies',
    { storage: 'storage: { kind: glusterfs, replica: 2 }' },
    /:9:\d+ storage\.replica: two copies cannot outvote each other.*arbiter/,
  ],
  ['nfs without a server', { storage: 'storage: { kind: nfs }' }, /storage: nfs needs `server` and `export`/],
  [
    'options of another kind',
    { storage: 'storage: { kind: nfs, server: a, export: /srv, replica: 3 }' },
    /:9:\d+ storage\.replica: `replica` belongs to `kind: glusterfs`/,
  ],
  [
    'more bricks than hosts',
    { storage: 'storage: { kind: glusterfs, replica: 5 }' },
    /storage\.replica: GlusterFS keeps each file on 5 hosts, but only 3 of these can hold it/,
  ],
  ['no storage for mail', { storage: '' }, /mailu\.domain: mail has to be on storage that all nodes share/],
  ['a resolver that is none', { resolver: 'resolver: { kind: bind }' }, /:10:\d+ resolver\.kind/],
  [
    'a version without quotes',
    mailu('version: 2024.06'),
    /:11:\d+ mailu\.version: write the version in quotes/,
  ],
  [
    'letsencrypt with three fronts',
    mailu('tls: { kind: letsencrypt }'),
    /mailu\.tls\.kind: letsencrypt with 3 fronts/,
  ],
  [
    'sqlite on shared storage',
    mailu('database: { kind: sqlite, path: /mailu/db }'),
    /mailu\.database\.path: .*shared storage/,
  ],
  ['two imap', mailu('replicas: { imap: 2 }'), /mailu\.replicas\.imap: imap runs once/],
  [
    'a quoted value',
    mailu(`variables: { SITENAME: '"Ours"' }`),
    /mailu\.variables\.SITENAME: quotes would become part/,
  ],
  ['everybody may relay', mailu('relayNetworks: [0.0.0.0/0]'), /mailu\.relayNetworks\.0: .*open relay/],
  [
    "a variable of Mailu's that has a word",
    mailu('variables: { SUBNET: 10.0.0.0/8 }'),
    /mailu\.variables\.SUBNET: is set by `mailu: network\.subnet`/,
  ],
  [
    'a domain that is none',
    { mailu: 'mailu: { domain: Example, hostnames: [mail.example.org] }' },
    /:11:\d+ mailu\.domain: expected a domain name/,
  ],
];

const PLAYBOOKS: readonly (readonly [string, string, RegExp])[] = [
  ['a playbook that does not parse', 'export default definePlaybook({', /cannot be loaded/],
  ['one that exports nothing', 'export const x = 1;', /expected `export default definePlaybook/],
  [
    'one that imports what is not there',
    "import { nothing } from './nowhere.ts';\nexport default nothing;",
    /cannot be loaded: .*nowhere/,
  ],
];

beforeAll(() => up({ nodes: 3 }));

test('broken inventories and playbooks: exit 3, the place and what to do, and not one connection', async () => {
  const { result, counts } = await counted(['node-1', 'node-2', 'node-3'], async () => {
    const wrong: object[] = [];
    for (const [name, change, said] of BROKEN) {
      const file = join(folder, 'inventory.yaml');
      writeFileSync(file, `${Object.values({ ...lines, ...change }).join('\n')}\n`);
      const { code, stderr } = await provision('plan', file);
      if (code !== 3 || !said.test(stderr)) wrong.push({ name, code, stderr });
    }
    const good = join(folder, 'good.yaml');
    writeFileSync(good, `${Object.values(lines).join('\n')}\n`);
    for (const [name, text, said] of PLAYBOOKS) {
      const playbook = join(folder, 'playbook.ts');
      writeFileSync(playbook, text);
      const { code, stderr } = await provision('plan', good, '--playbook', playbook);
      if (code !== 3 || !said.test(stderr)) wrong.push({ name, code, stderr });
    }
    return wrong;
  });
  figure('broken inventories and playbooks refused', BROKEN.length + PLAYBOOKS.length - result.length);
  expect(result).toEqual([]);
  for (const { connections } of Object.values(counts)) expect(connections).toBe(0);
});
