import type { MachineFacts, SwarmFacts, SwarmNode } from '../facts/index.ts';

/** A host as the rules of the swarm need it. */
export interface SwarmHost {
  readonly name: string;
  readonly address: string;
  readonly settings: { readonly role: 'manager' | 'worker' };
  readonly facts: { readonly swarm: SwarmFacts; readonly machine: MachineFacts } | undefined;
  onHost(command: string, pasted?: { readonly asks: boolean }): string;
}

/** The swarm that a host is in by its engine's word or by its certificate, and as which node. */
export function membershipOf(host: {
  readonly facts: { readonly swarm: SwarmFacts } | undefined;
}): { clusterId: string; nodeId: string | undefined } | undefined {
  const swarm = host.facts?.swarm;
  if (swarm === undefined || swarm.info?.state === 'inactive') return undefined;
  const clusterId = swarm.info?.clusterId ?? swarm.membership?.clusterId;
  if (clusterId === undefined) return undefined;
  return { clusterId, nodeId: swarm.info?.nodeId ?? swarm.membership?.nodeId };
}

/** Whether this host was asked and its answer can be relied on. */
export function answered(host: SwarmHost): boolean {
  return host.facts !== undefined && host.facts.swarm.unknown === undefined;
}

/** Whether the engine runs and says that it is in a swarm. */
export function isActive({ facts }: SwarmHost): boolean {
  return facts?.swarm.info?.state === 'active';
}

export function isManager(node: SwarmNode): boolean {
  return node.role === 'manager' || node.manager !== undefined;
}

/** The host's own entry in the managers' list. */
export function entryOf(host: SwarmHost, nodes: readonly SwarmNode[]): SwarmNode | undefined {
  const nodeId = membershipOf(host)?.nodeId;
  return nodeId === undefined ? undefined : nodes.find(({ id }) => id === nodeId);
}

/**
 * Entries at this host's address that are none of the inventory's hosts' own. A name alone tells nothing: machines are called `debian`
 * by the dozen. Nor does an address that another host has as well, as behind the NAT of a hypervisor, nor what an unreached host may be.
 * A node that left is ready for some 15 s more (three heartbeats of 5 s: swarmkit, manager/dispatcher/dispatcher.go). So a worker
 * that is ready beside the host's own is an old entry where it has the host's name as well; a manager, or one of another name, is
 * another machine.
 */
export function oldEntries(
  host: SwarmHost,
  nodes: readonly SwarmNode[],
  hosts: readonly SwarmHost[],
): readonly SwarmNode[] {
  const joined = entryOf(host, nodes) !== undefined;
  const hostname = host.facts?.machine.hostname;
  const owned = new Set(hosts.map((other) => membershipOf(other)?.nodeId));
  const others = hosts.filter(({ name }) => name !== host.name);
  const shared = new Set(others.flatMap(addressesAt));
  const unreached = new Set(others.filter(({ facts }) => facts === undefined).map(({ name }) => name));
  const addresses = addressesAt(host).filter((address) => !shared.has(address));
  return nodes.filter(
    (node) =>
      !owned.has(node.id) &&
      !(joined && node.ready && (isManager(node) || node.hostname !== hostname)) &&
      !(unreached.has(node.hostname) && node.hostname !== hostname) &&
      addressesOf(node).some((address) => addresses.includes(address)),
  );
}

/** Whether the managers hear from this host's node, though its engine does not run, at an address that it does not have. */
export function isHeardElsewhere(host: SwarmHost, entry: SwarmNode): boolean {
  const listed = addressesOf(entry);
  return (
    entry.ready &&
    !isActive(host) &&
    listed.length > 0 &&
    !addressesAt(host).some((one) => listed.includes(one))
  );
}

/** Where a host is reached, by the inventory and by its own word. */
function addressesAt({ address, facts }: SwarmHost): readonly string[] {
  return [address, ...(facts?.machine.addresses ?? []).map(({ cidr }) => cidr.replace(/\/.*$/, ''))];
}

function addressesOf({ address, manager }: SwarmNode): readonly string[] {
  const managers = manager?.address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return [address, managers]
    .filter((one) => one !== undefined)
    .filter((one) => !/^(|0\.0\.0\.0|::|127\..*)$/.test(one));
}

/** Whether a manager's own list has it as a manager: one that was removed may still have an old list. */
export function listsItself(host: SwarmHost): boolean {
  const entry = entryOf(host, host.facts?.swarm.nodes ?? []);
  return entry?.manager !== undefined;
}

/** What a person does where a host that did not answer may know more. */
export const bringBack = (silent: readonly string[]): string =>
  `bring ${silent.join(', ')} back and run again. Remove a host from the inventory only if it is gone for good`;
