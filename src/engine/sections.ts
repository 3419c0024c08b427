import type { Inventory, SecretName } from '../inventory/index.ts';
import type { Cluster, Consent, Pasted, Playbook } from '../playbook/index.ts';
import { byName } from '../resource/index.ts';
import type { Secret } from '../shell/index.ts';

/** Makes the command that a person pastes to run something as root on a host. */
export type OnHost = (host: string, command: string, pasted?: Pasted) => string;

export type AnyCluster = Cluster<unknown, unknown, unknown>;

/** What a run knows beyond the inventory. */
export interface Known {
  readonly onHost: OnHost;
  readonly consents: ReadonlySet<Consent>;
  readonly secrets: ReadonlyMap<string, Secret>;
}

export const NOTHING: Known = { onHost: (_, command) => command, consents: new Set(), secrets: new Map() };

/** The hosts before anything was asked. */
export function viewOf(inventory: Inventory, playbook: Playbook, known: Known = NOTHING): AnyCluster {
  const section = inventory.sections.get(playbook.name);
  return {
    name: inventory.cluster,
    settings: section?.cluster,
    others: Object.fromEntries(
      Object.entries(playbook.others).map(([name, schema]) => [
        name,
        inventory.sections.get(name)?.cluster ?? schema.parse({}),
      ]),
    ),
    consents: known.consents,
    secret: secretOf(known.secrets),
    // By name: in which order a file has them means nothing.
    hosts: inventory.hosts.toSorted(byName).map(({ name, address }) => ({
      name,
      address,
      settings: section?.hosts.get(name),
      facts: undefined,
      ahead: undefined,
      onHost: (command: string, pasted?: Pasted) => known.onHost(name, command, pasted),
    })),
  };
}

export function secretOf(secrets: ReadonlyMap<string, Secret>) {
  return ({ name }: SecretName): Secret => {
    const secret = secrets.get(name);
    if (secret === undefined) throw new Error(`the secret ${name} has not been read`);
    return secret;
  };
}
