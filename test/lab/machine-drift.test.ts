import { beforeAll, expect, test } from 'vitest';
import { dockerRepository } from './docker-repository.ts';
import { runRounds } from './drift-rounds.ts';
import { closeFirewalls } from './firewalls.ts';
import { finished, inventory, json } from './harness.ts';
import { up } from './lab.ts';
import { MACHINE_DRIFTS, NETWORKS } from './machine-drifts.ts';
import { failures } from './steps.ts';

const ROUNDS = Number(process.env.LAB_DRIFT_ROUNDS ?? 100);
const SEED = Number(process.env.LAB_DRIFT_SEED ?? 20_261_125);

let file = '';
beforeAll(async () => {
  await up({ nodes: 4, fresh: true, internet: true });
  const [repository] = await Promise.all([dockerRepository('node-4'), closeFirewalls()]);
  file = inventory(3, (tree) => {
    tree.docker = { source: 'docker-ce', repository, version: '26.1' };
    tree.resolver = { kind: 'unbound', network: 'mail' };
    tree.swarm = { networks: NETWORKS };
    for (const [name, host] of Object.entries(tree.hosts))
      host.swarm = { role: name === 'node-1' ? 'manager' : 'worker', labels: { rack: name } };
  });
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(finished(await json(file))?.changes).toBe(0);
});

test(
  'a sequence of drifts by hand of what a machine is given: the plan names exactly what was done, a run mends it',
  {
    timeout: ROUNDS * 60_000,
  },
  () => runRounds({ file, drifts: MACHINE_DRIFTS, rounds: ROUNDS, seed: SEED }),
);
