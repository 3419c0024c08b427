import type { Inventory } from '../inventory/index.ts';
import type { Cluster, Consent, Host, Playbook } from '../playbook/index.ts';
import type { World } from './world.ts';

/** Makes the command that a person pastes to run something as root on a host. */
export type OnHost = (host: string, command: string) => string;

type AnyCluster = Cluster<unknown, unknown, unknown>;

/** The hosts as a playbook sees them: its own section, the facts as they are known now. */
export function viewFor(world: World, playbook: Playbook, onHost: OnHost): AnyCluster {
  const view = viewOf(world.inventory, playbook, onHost, world.consents);
  const hosts = view.hosts.map((host): Host<unknown, unknown> => {
    const { facts, askedAt } = world.state(host.name);
    return { ...host, facts, askedAt };
  });
  return { ...view, hosts };
}

/** The hosts before anything was asked. */
export function viewOf(
  inventory: Inventory,
  playbook: Playbook,
  onHost: OnHost = (_, command) => command,
  consents: ReadonlySet<Consent> = new Set(),
): AnyCluster {
  const section = inventory.sections.get(playbook.name);
  return {
    name: inventory.cluster,
    settings: section?.cluster,
    consents,
    hosts: inventory.hosts.map(({ name, address }) => ({
      name,
      address,
      settings: section?.hosts.get(name),
      facts: undefined,
      askedAt: 0,
      onHost: (command: string) => onHost(name, command),
    })),
  };
}
