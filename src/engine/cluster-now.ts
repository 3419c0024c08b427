import type { Host, Playbook } from '../playbook/index.ts';
import type { Run } from './run.ts';
import { type AnyCluster, clusterOf } from './sections.ts';

/** The hosts as a playbook sees them: its own section, the facts as they are known now. */
export function clusterNow(run: Run, playbook: Playbook): AnyCluster {
  const cluster = clusterOf(run.options.inventory, playbook, run.options);
  const hosts = cluster.hosts.map((host): Host<unknown, unknown> => {
    const { facts, ahead } = run.state(host.name);
    return { ...host, facts: facts && (facts.get(playbook.name) ?? {}), ahead };
  });
  return { ...cluster, hosts };
}
