import { expect, test } from 'vitest';
import { firewallResources } from '../../playbooks/base/firewall.ts';

interface Seen {
  readonly silent?: boolean;
  /** Addresses in the managers' list that it has, by node. */
  readonly nodes?: Readonly<Record<string, string>>;
  readonly member?: boolean;
  readonly mounts?: readonly object[];
  /** Of a swarm that was made with another port than usual. */
  readonly dataPathPort?: number;
}

/** What is let in on the first of these hosts, whose ufw has openings for an old address. */
function openings(
  hosts: Readonly<Record<string, Seen>>,
  storage: object = { kind: 'none' },
): readonly string[] {
  const all = Object.entries(hosts).map(
    ([name, { silent, nodes, member = nodes !== undefined, mounts = [], dataPathPort }]) => ({
      name,
      address: `192.0.2.${name.replace(/\D/g, '')}`,
      facts: silent
        ? undefined
        : {
            firewall: { kind: 'ufw' },
            machine: { addresses: [{ device: 'eth0', cidr: `192.0.2.${name.replace(/\D/g, '')}/24` }] },
            mounts,
            swarm: {
              membership: member ? { clusterId: 'c', nodeId: name, role: 'manager' } : undefined,
              info: { dataPathPort },
              nodes: nodes && Object.entries(nodes).map(([id, address]) => ({ id, address })),
            },
          },
    }),
  );
  const cluster = {
    settings: { firewall: 'open' },
    others: { swarm: { networks: {} }, storage },
    hosts: all,
  };
  const [resource] = firewallResources(all[0] as never, cluster as never);
  const old = ['tcp 2377,7946,24007,24009:24018', 'udp 4789,7946', 'esp any'].map((rule) => {
    const [protocol, ports] = rule.split(' ');
    return `### tuple ### allow ${protocol} ${ports} 0.0.0.0/0 any 192.0.2.9 in comment=70726f766973696f6e\n`;
  });
  const judged = resource?.judge({ code: 0, stdout: old.join(''), stderr: '' }, { paths: new Set() });
  return (judged as { changes: readonly { field: string; to: unknown }[] }).changes.map(
    ({ field, to }) => `${to === null ? 'close' : 'open'} ${field}`,
  );
}
const of = (rows: readonly string[], address: string) => rows.filter((row) => row.endsWith(` ${address}`));

test('a node of the swarm that is no host of the inventory is not shut out', () => {
  const list = { 'a-1': '192.0.2.1', 'b-2': '192.0.2.2', other: '192.0.2.9', far: '0.0.0.0' };
  const rows = openings({ 'a-1': { nodes: list }, 'b-2': { member: true } }, { kind: 'glusterfs' });
  expect(of(rows, '192.0.2.9')).toEqual([]);
  expect(of(rows, '192.0.2.2')).toHaveLength(3);
  expect([...of(rows, '192.0.2.1'), ...of(rows, '0.0.0.0')]).toEqual([]);
  // One that has left the swarm is.
  const { other: _, ...left } = list;
  expect(of(openings({ 'a-1': { nodes: left } }), '192.0.2.9')).toHaveLength(3);
  expect(of(openings({ 'a-1': {} }), '192.0.2.9')).toHaveLength(3);
  // Nobody says who is in it.
  expect(of(openings({ 'a-1': { member: true } }), '192.0.2.9')).toEqual([]);
  expect(of(openings({ 'a-1': { nodes: left }, 'b-2': { silent: true } }), '192.0.2.9')).toEqual([]);
});

test('storage that is mounted is not shut off where the inventory has lost its section', () => {
  const gluster = { where: '/mailu', type: 'fuse.glusterfs', source: '192.0.2.1:/mailu' };
  const nfs = { where: '/mailu', type: 'nfs4', source: '192.0.2.1:/srv/mailu' };
  const tcp = (mounts: readonly object[]) =>
    openings({ 'a-1': {}, 'b-2': { mounts } }).filter((row) => row.startsWith('open tcp'));
  expect(tcp([])).toEqual(['open tcp 2377,7946 from 192.0.2.2']);
  expect(tcp([gluster])).toEqual(['open tcp 2377,7946,24007,24009-24018 from 192.0.2.2']);
  expect(tcp([nfs])).toEqual(['open tcp 2049,2377,7946 from 192.0.2.2']);
  expect(tcp([{ ...nfs, source: '192.0.2.7:/srv/mailu' }])).toEqual(['open tcp 2377,7946 from 192.0.2.2']);
});

test('the port of VXLAN is the one that the swarm was made with', () => {
  const rows = openings({ 'a-1': { dataPathPort: 7777 }, 'b-2': {} });
  expect(of(rows, '192.0.2.2')).toContain('open udp 7777,7946 from 192.0.2.2');
});

test('ESP of encrypted overlay networks is let through, whoever makes them', () => {
  expect(openings({ 'a-1': {}, 'b-2': {} })).toContain('open esp from 192.0.2.2');
});
