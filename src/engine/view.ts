import type { Finding } from '../errors/index.ts';
import type { Host, Playbook } from '../playbook/index.ts';
import { type AnyCluster, NOTHING, type OnHost, secretOf, viewOf } from './sections.ts';
import type { World } from './world.ts';

/** The hosts as a playbook sees them: its own section, the facts as they are known now. */
export function viewFor(world: World, playbook: Playbook, onHost: OnHost): AnyCluster {
  const { consents, secrets } = world;
  const view = viewOf(world.inventory, playbook, { onHost, consents, secrets });
  const hosts = view.hosts.map((host): Host<unknown, unknown> => {
    const { facts, ahead } = world.state(host.name);
    return { ...host, facts: facts && (facts.get(playbook.name) ?? {}), ahead };
  });
  return { ...view, hosts };
}

/** What the facts show a playbook to be wrong. It is given no secrets: `provision status`, which inspects too, reads none. */
export function inspect(world: World, playbook: Playbook, onHost: OnHost): readonly Finding[] {
  return playbook.inspect({ ...viewFor(world, playbook, onHost), secret: secretOf(NOTHING.secrets) });
}
