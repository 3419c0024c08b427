import { expect, test } from 'vitest';
import { inspectMachines } from '../../src/rules/index.ts';
import { inspectSwarm } from '../../src/rules/inspect-swarm.ts';
import { host, machine, node, says, worker } from '../rules/swarm.ts';
import { Sandbox } from './sandbox.ts';

const gone = { leader: false, reachable: false, address: '192.0.2.9:2377' };
/** The line of the finding with this code, of a swarm of two managers with one entry more. */
function fixOf(
  code: string,
  entry: ReturnType<typeof node>,
  beside: readonly ReturnType<typeof host>[] = [],
): string {
  const nodes = [node('mail-1', 'n1'), node('mail-2', 'n2'), entry];
  const found = inspectSwarm([
    host('mail-1', 'manager', says.manager('n1', nodes)),
    host('mail-2', 'manager', says.manager('n2', nodes)),
    ...beside,
  ]).find((finding) => finding.code === code);
  return found?.fix[0] ?? '';
}

/** A Docker whose node is in this state, and is removed once it has been asked this often. */
const docker = (state: string, refusals = 0) => ({
  docker: `case "$1 $2" in
  "node inspect") echo ${state} ;;
  "node rm") echo x >>tries; [ "$(wc -l <tries)" -gt ${refusals} ] ;;
esac`,
  sleep: '',
});
const doneTo = ({ told }: Sandbox) => told.filter((line) => /node (rm|demote)/.test(line));

test('the entry of a worker that is gone for good is removed', () => {
  const swarm = new Sandbox(docker('down'));
  const fix = fixOf('unknown-node', worker('old', 'n9', { ready: false, address: '192.0.2.9' }));
  expect(swarm.paste(fix)).toBe(0);
  expect(doneTo(swarm)).toEqual(['docker node rm --force n9']);
});

test('the entry of a manager is demoted first, and removed once swarm lets it', () => {
  const swarm = new Sandbox(docker("'down unreachable'", 2));
  const fix = fixOf(
    'unknown-manager',
    node('old', 'n9', { ready: false, address: '192.0.2.9', manager: gone }),
  );
  expect(swarm.paste(fix)).toBe(0);
  expect(doneTo(swarm)).toEqual(['docker node demote n9', ...Array(3).fill('docker node rm --force n9')]);
});

test.each(["'ready reachable'", "'down reachable'", "'unknown unreachable'", "''"])(
  'the entry of a manager that came back before the command was pasted stays: %s',
  (state) => {
    const swarm = new Sandbox(docker(state));
    const entry = node('old', 'n9', { ready: false, address: '192.0.2.9', manager: gone });
    expect(swarm.paste(fixOf('unknown-manager', entry))).not.toBe(0);
    expect(doneTo(swarm)).toEqual([]);
  },
);

test.each([
  ['that a new leader has not heard of yet', { ready: false, unheard: true, manager: gone }],
  [
    'that swarm calls down while the others reach it',
    { ready: false, manager: { ...gone, reachable: true } },
  ],
])('a manager %s may be alive: no command removes it', (_, state) => {
  const fix = fixOf('unknown-manager', node('old', 'n9', { address: '192.0.2.9', ...state }));
  expect(fix).toMatch(/docker node inspect --pretty n9$/);
});

test.each([
  ['down', ['docker node rm --force n9']],
  ['ready', []],
  ['unknown', []],
])('an old entry that is still heard goes once it is down, and never else: %s', (state, done) => {
  const swarm = new Sandbox(docker(state));
  const fix = fixOf('old-entry', worker('mail-3', 'n9'), [host('mail-3', 'worker', says.inactive)]);
  expect(fix).toMatch(/-ge 30/);
  swarm.paste(fix);
  expect(doneTo(swarm)).toEqual(done);
});

test('a state that is of no use is moved aside, and never over another', () => {
  const [finding] = inspectSwarm([host('mail-1', 'manager', says.elsewhere)]);
  const there = new Sandbox();
  there.write('srv/docker/swarm/state.json', '1');
  expect(there.paste(finding?.fix[1] ?? '', ['/srv'])).toBe(0);
  expect(there.read('srv/docker/swarm.old/state.json')).toBe('1');
  there.write('srv/docker/swarm/state.json', '2');
  there.paste(finding?.fix[1] ?? '', ['/srv']);
  expect(there.read('srv/docker/swarm.old/state.json')).toBe('1');
});

test('a manager that the others removed leaves, and nobody else does', () => {
  const nodes = [node('mail-1', 'n1'), node('mail-3', 'n3')];
  const finding = inspectSwarm([
    host('mail-1', 'manager', says.manager('n1', nodes)),
    host('mail-2', 'manager', says.manager('gone', nodes)),
    host('mail-3', 'manager', says.manager('n3', nodes)),
  ]).find(({ code }) => code === 'removed-manager');
  expect(finding?.fix).toEqual(['mail-2$ docker swarm leave --force']);
  const there = new Sandbox({ docker: '' });
  expect(there.paste(finding?.fix[0] ?? '')).toBe(0);
  expect(there.told).toEqual(['docker swarm leave --force']);
});

test('of two machines that were copied, one gets a name and an id of its own', () => {
  const twins = ['mail-1', 'mail-2'].map((name) => ({
    ...host(name, 'manager', says.bare),
    ahead: undefined,
    facts: { machine: machine('same', { bootId: name }) },
  }));
  const found = inspectMachines(twins as never, { freeBytes: 1, clockSkew: 30 });
  const there = new Sandbox({
    'systemd-machine-id-setup': `echo new >etc/machine-id`,
    hostnamectl: '',
  });
  there.write('etc/machine-id', 'old');
  there.write('var/lib/dbus/machine-id', 'old');
  for (const code of ['duplicate-hostname', 'duplicate-machine-id']) {
    const [finding] = found.filter((each) => each.code === code);
    expect(finding?.host).toBe('mail-2');
    expect(there.paste(finding?.fix[0] ?? 'false', ['/etc', '/var'])).toBe(0);
  }
  expect(there.told).toEqual(['hostnamectl set-hostname mail-2', 'systemd-machine-id-setup ']);
  expect(there.read('etc/machine-id')).toBe('new\n');
  expect(there.read('var/lib/dbus/machine-id')).toBeUndefined();
});

test('a clock is set by that of the one who pastes the command', () => {
  const hosts = [0, 0, 100].map((off, index) => ({
    name: `mail-${index + 1}`,
    facts: { machine: machine(`mail-${index + 1}`) },
    ahead: { least: off, most: off },
    onHost: (command: string) => `sh -c '${command}'`,
  }));
  const [finding] = inspectMachines(hosts as never, { freeBytes: 1, clockSkew: 30 });
  const here = new Sandbox({ date: '[ "$1" != -u ] || echo @1700000000' });
  expect(here.paste(finding?.fix[1]?.replace(/^.*: (?=date )/, '') ?? 'false')).toBe(0);
  expect(here.told).toEqual(['date -u +@%s', 'date -s @1700000000']);
});
