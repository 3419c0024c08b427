import { describe, expect, test } from 'vitest';
import type { SwarmFacts, SwarmNode } from '../../src/facts/index.ts';
import { decideSwarm } from '../../src/rules/decide-swarm.ts';
import { inspectSwarm } from '../../src/rules/inspect-swarm.ts';
import type { SwarmHost } from '../../src/rules/swarm-host.ts';
import { host, node, says, worker } from './swarm.ts';

const NODES = [node('mail-1', 'n1'), node('mail-2', 'n2'), node('mail-3', 'n3')];
const managers = (...facts: readonly (SwarmFacts | undefined)[]): SwarmHost[] =>
  facts.map((swarm, index) => host(`mail-${index + 1}`, 'manager', swarm));
const all = (nodes: readonly SwarmNode[]) =>
  managers(...['n1', 'n2', 'n3'].map((id) => says.manager(id, nodes)));

/** What a person is told to run, by where. What is said in words has no host. */
const where = (fix: readonly string[]) => fix.map((line) => /^(\S+)\$ /.exec(line)?.[1] ?? '-');

test.each<[string, readonly SwarmHost[], string, string, readonly string[]]>([
  ['locked', managers(says.state('locked')), 'swarm-locked', 'mail-1', ['mail-1']],
  ['still joining', managers(says.state('pending')), 'swarm-pending', 'mail-1', ['-', '-']],
  ['in an error', managers(says.state('error')), 'swarm-error', 'mail-1', ['mail-1']],
  [
    'in a swarm that nobody can name',
    managers(says.facts({ info: says.info({ state: 'active' }) })),
    'swarm-unclear',
    'mail-1',
    ['mail-1'],
  ],
  ['a state below another directory', managers(says.elsewhere), 'swarm-elsewhere', 'mail-1', ['-', '-']],
  ['a host that is silent', managers(says.bare, undefined), 'silent-manager', '-', ['-']],
  ['a host that cannot tell', managers(says.bare, says.nothing), 'silent-manager', '-', ['-', 'mail-2']],
  ['both', managers(undefined, says.nothing), 'silent-manager', '-', ['-', '-', 'mail-2']],
  ['nobody who may make it', [host('mail-1', 'worker', says.bare)], 'silent-manager', '-', ['-']],
  [
    'two swarms',
    managers(says.manager('x', [], 'other'), says.manager('n2', NODES)),
    'two-swarms',
    '-',
    ['mail-1', 'mail-2'],
  ],
  [
    'two with the state of one node',
    managers(says.manager('n1', NODES), says.manager('n1', NODES)),
    'same-node',
    '-',
    ['mail-1', 'mail-2', '-'],
  ],
  [
    'no quorum',
    managers(says.leaderless('n1'), says.leaderless('n2'), undefined),
    'no-quorum',
    '-',
    ['mail-1', 'mail-2'],
  ],
  [
    'a worker of a swarm of others',
    [...managers(says.bare), host('mail-4', 'worker', says.worker('x', 'other'))],
    'foreign-swarm',
    '-',
    ['mail-4'],
  ],
])('%s: it is refused by name, and it is said on which host to look', (_, hosts, code, name, fix) => {
  const decision = decideSwarm(hosts);
  if (decision.kind !== 'refused') throw new Error(`it is ${decision.kind}`);
  expect(
    decision.findings.map((finding) => [
      finding.level,
      finding.code,
      finding.host ?? '-',
      where(finding.fix),
    ]),
  ).toEqual([['refuse', code, name, fix]]);
});

test('a silent host, and one that cannot tell, are told apart', () => {
  const said = (...facts: readonly (SwarmFacts | undefined)[]) =>
    inspectSwarm(managers(...facts))[0]?.message;
  expect(said(says.bare, undefined, undefined)).toContain('but mail-2, mail-3 did not answer. Such');
  expect(said(says.bare, says.nothing)).toContain(
    'but mail-2 cannot tell whether it is in one: docker info timed out. Such',
  );
  expect(said(undefined, says.nothing)).toContain('but mail-1 did not answer; mail-2 cannot tell');
});

test('managers that disagree are each told with the list that they have', () => {
  const [finding] = inspectSwarm(
    managers(
      says.manager('n1', [node('mail-1', 'n1'), worker('mail-2', 'n2', { ready: false })]),
      says.manager('n2', NODES),
      undefined,
    ),
  );
  expect(finding).toMatchObject({ level: 'refuse', code: 'managers-disagree' });
  expect(finding?.message).toContain(
    'mail-1 lists mail-1; mail-2 lists mail-1, mail-2, mail-3, and mail-2 takes',
  );
  expect(finding?.message).toContain('mail-3 could not say anything about it.');
  expect(where(finding?.fix ?? [])).toEqual(['mail-1', 'mail-2']);
});

test('a copy whose original is heard elsewhere: it is said where to look, and how the copy becomes a node of its own', () => {
  const nodes = [...NODES, worker('image', 'n4', { address: '198.51.100.4' })];
  const findings = inspectSwarm([...all(nodes), host('mail-4', 'worker', says.stopped('n4'))]);
  expect(findings.map(({ level, code, host: name, fix }) => [level, code, name, where(fix)])).toEqual([
    ['refuse', 'same-node', 'mail-4', ['mail-1', 'mail-4', '-']],
  ]);
  expect(findings[0]?.fix.at(-1)).toContain('move the directory `swarm`');
});

describe('an old entry of a host', () => {
  const old = worker('mail-4', 'old', { ready: false });
  const entry = (one: SwarmNode, swarm: SwarmFacts) =>
    inspectSwarm([...all([...NODES, one]), host('mail-4', 'worker', swarm)])[0];

  test.each<[string, SwarmFacts]>([
    ['whose engine runs and is in no swarm', says.inactive],
    ['that has no engine, and nothing of one', says.bare],
  ])('%s can go', (_, swarm) => {
    expect(entry(old, swarm)).toMatchObject({
      level: 'warn',
      code: 'old-entry',
      host: 'mail-4',
      fix: [expect.stringMatching(/^mail-1\$ i=0; until .* && docker node rm --force old$/)],
    });
  });

  test.each<[string, SwarmFacts]>([
    ['whose engine is stopped', says.facts({ engine: 'stopped' })],
    ['whose engine was removed, and has left something behind', says.facts({ engine: 'absent', past: true })],
  ])('%s stays: what the host was may be found again', (_, swarm) => {
    const found = entry(old, swarm);
    expect(found?.code).toBe('old-entry');
    expect(where(found?.fix ?? [])).toEqual(['mail-1', 'mail-4', '-']);
    expect(found?.fix.join('\n')).not.toContain('docker node rm');
  });

  test('of a manager stays as well while its engine is stopped', () => {
    const manager = node('mail-4', 'old', { ready: false });
    const [found] = inspectSwarm([
      ...all([...NODES, manager]),
      host('mail-4', 'manager', says.facts({ engine: 'stopped' })),
    ]);
    expect(found).toMatchObject({
      level: 'refuse',
      code: 'dead-manager',
      host: 'mail-4',
      message: expect.stringContaining('as one of 4 managers. Joined beside it, it would be one of 5'),
    });
    expect(where(found?.fix ?? [])).toEqual(['mail-1', 'mail-4', '-']);
  });
});
