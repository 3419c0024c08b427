import type { MachineFacts, SwarmFacts, SwarmNode } from '../../src/facts/index.ts';
import type { SwarmHost } from '../../src/rules/swarm-host.ts';

const ID = 'cluster-1';

export const machine = (hostname: string, change: Partial<MachineFacts> = {}): MachineFacts => ({
  hostname,
  machineId: `id-of-${hostname}`,
  bootId: `boot-of-${hostname}`,
  os: { id: 'debian', version: '13', name: 'Debian GNU/Linux 13 (trixie)', codename: 'trixie', like: [] },
  architecture: 'x86_64',
  kernel: '6.12',
  systemd: true,
  container: false,
  selinux: 'off',
  root: true,
  clock: 1_000_000,
  freeBytes: 50 * 2 ** 30,
  addresses: [{ device: 'eth0', cidr: `${address(hostname)}/24` }],
  routes: ['192.0.2.0/24'],
  ...change,
});

const address = (name: string) => `192.0.2.${name.replace(/\D/g, '')}`;

const info = (change: Partial<NonNullable<SwarmFacts['info']>>): NonNullable<SwarmFacts['info']> => ({
  state: 'inactive',
  error: '',
  nodeId: undefined,
  nodeAddress: undefined,
  control: false,
  clusterId: undefined,
  addressPools: [],
  subnetSize: undefined,
  dataPathPort: undefined,
  ...change,
});

const facts = (change: Partial<SwarmFacts>): SwarmFacts => ({
  engine: 'running',
  past: change.engine !== 'absent',
  root: '/var/lib/docker',
  membership: undefined,
  elsewhere: [],
  info: undefined,
  nodes: undefined,
  unknown: undefined,
  looks: change.unknown === undefined ? [] : ['systemctl status docker'],
  ...change,
});

/** What hosts may say about a swarm. */
export const says = {
  bare: facts({ engine: 'absent' }),
  inactive: facts({ info: info({}) }),
  manager: (nodeId: string, nodes: readonly SwarmNode[], clusterId = ID) =>
    facts({
      membership: { clusterId, nodeId, role: 'manager' },
      info: info({ state: 'active', control: true, clusterId, nodeId }),
      nodes,
    }),
  leaderless: (nodeId: string) =>
    facts({
      membership: { clusterId: ID, nodeId, role: 'manager' },
      info: info({ state: 'active', control: true, nodeId }),
    }),
  worker: (nodeId: string, clusterId = ID) =>
    facts({ membership: { clusterId, nodeId, role: 'worker' }, info: info({ state: 'active', nodeId }) }),
  stopped: (nodeId: string) =>
    facts({ engine: 'stopped', membership: { clusterId: ID, nodeId, role: 'manager' } }),
  removedDocker: (nodeId: string) =>
    facts({ engine: 'absent', membership: { clusterId: ID, nodeId, role: 'manager' } }),
  info: (change: Partial<NonNullable<SwarmFacts['info']>>) => info(change),
  facts,
  state: (state: 'locked' | 'pending' | 'error') => facts({ info: info({ state }) }),
  elsewhere: facts({
    info: info({}),
    elsewhere: [{ root: '/srv/docker', clusterId: ID, nodeId: 'n1', role: 'manager' }],
  }),
  nothing: facts({ unknown: 'docker info timed out' }),
};

export const host = (name: string, role: 'manager' | 'worker', swarm: SwarmFacts | undefined): SwarmHost => ({
  name,
  address: address(name),
  settings: { role },
  facts: swarm && { swarm, machine: machine(name) },
  onHost: (command) => `${name}$ ${command}`,
});

export const node = (name: string, id: string, change: Partial<SwarmNode> = {}): SwarmNode => ({
  id,
  hostname: name,
  address: address(name),
  engine: '26.1.5',
  role: 'manager',
  availability: 'active',
  labels: {},
  ready: true,
  unheard: false,
  manager: { leader: false, reachable: true, address: `${address(name)}:2377` },
  ...change,
});

export const worker = (name: string, id: string, change: Partial<SwarmNode> = {}) =>
  node(name, id, { role: 'worker', manager: undefined, ...change });
