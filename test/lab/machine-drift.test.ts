import { beforeAll, test } from 'vitest';
import { dockerRepository } from './docker-repository.ts';
import { converged, PATIENCE, runRounds } from './drift-rounds.ts';
import { closeFirewalls } from './firewalls.ts';
import { inventory } from './harness.ts';
import { up } from './lab.ts';
import { MACHINE_DRIFTS, NETWORKS } from './machine-drifts.ts';

let file = '';
beforeAll(async () => {
  await up({ nodes: 4, fresh: true, internet: true });
  const [repository] = await Promise.all([dockerRepository('node-4'), closeFirewalls()]);
  file = inventory(3, (tree) => {
    tree.docker = { source: 'docker-ce', repository, version: '26.1' };
    tree.resolver = { kind: 'unbound', network: 'mail' };
    tree.swarm = { networks: NETWORKS, ingress: { mtu: 1400 } };
    for (const [name, host] of Object.entries(tree.hosts))
      host.swarm = {
        role: name === 'node-1' ? 'manager' : 'worker',
        availability: 'active',
        labels: { rack: name },
      };
  });
  await converged(file);
});

test(
  'a sequence of drifts by hand of what a machine is given: the plan names exactly what was done, a run mends it',
  { timeout: PATIENCE },
  () => runRounds(file, MACHINE_DRIFTS),
);
