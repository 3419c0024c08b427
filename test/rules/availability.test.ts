import { expect, test } from 'vitest';
import type { Swarm } from '../../playbooks/settings/swarm.ts';
import { inspectAvailability } from '../../playbooks/swarm/availability.ts';
import { machine, node, says, worker } from './swarm.ts';

const findings = (have: 'active' | 'drain' | 'pause', wanted?: string) => {
  const nodes = [node('mail-1', 'n1'), worker('mail-2', 'n2', { availability: have })];
  const swarm = says.manager('n1', nodes);
  const hosts = ['mail-1', 'mail-2'].map((name, index) => ({
    name,
    address: `192.0.2.${index + 1}`,
    settings: {
      role: index === 0 ? 'manager' : 'worker',
      ...(index === 1 && wanted ? { availability: wanted } : {}),
    },
    facts: { machine: machine(name), swarm: index === 0 ? swarm : says.worker('n2') },
    onHost: (command: string) => command,
  }));
  return inspectAvailability({ hosts } as unknown as Swarm).map(({ host, code }) => `${host} ${code}`);
};

test('a node that is drained or paused by hand is told, and one that the inventory is about is not', () => {
  expect(findings('active')).toEqual([]);
  expect(findings('drain')).toEqual(['mail-2 availability-kept']);
  expect(findings('pause')).toEqual(['mail-2 availability-kept']);
  expect(findings('drain', 'drain')).toEqual([]);
  expect(findings('drain', 'active')).toEqual([]);
});
