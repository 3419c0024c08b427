import { expect, test } from 'vitest';
import { nodeTable } from '../../playbooks/swarm/status.ts';
import type { SwarmFacts, SwarmNode } from '../../src/facts/index.ts';
import { host, node, says, worker } from './swarm.ts';

const UNREACHABLE = { leader: false, reachable: false, address: '192.0.2.2:2377' };

test.each<[string, SwarmNode, SwarmFacts | undefined, readonly string[]]>([
  ['all is well', node('mail-2', 'n2'), says.manager('n2', []), []],
  ['a node is down', worker('mail-2', 'n2', { ready: false }), says.worker('n2'), ['mail-2']],
  [
    'a manager does not hear',
    node('mail-2', 'n2', { manager: UNREACHABLE }),
    says.manager('n2', []),
    ['mail-2'],
  ],
  ['a node is drained on purpose', node('mail-2', 'n2', { availability: 'drain' }), says.worker('n2'), []],
  ['a host is in no swarm', node('other', 'n9'), says.inactive, ['mail-2']],
  // Told by the exit code of a host that was not reached.
  ['a host is silent', node('mail-2', 'n2', { ready: false }), undefined, []],
])('%s', (_what, entry, swarm, expected) => {
  const nodes = [
    node('mail-1', 'n1', { manager: { leader: true, reachable: true, address: '192.0.2.1:2377' } }),
    entry,
  ];
  const hosts = [host('mail-1', 'manager', says.manager('n1', nodes)), host('mail-2', 'worker', swarm)];
  expect(nodeTable(hosts as never).down).toEqual(expected);
});
