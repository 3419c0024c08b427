import type { Inventory, InventoryHost } from '../inventory/index.ts';
import type { Consent, Playbook } from '../playbook/index.ts';
import type { Secret } from '../shell/index.ts';
import type { Transport } from '../transport/transport.ts';
import type { Emit } from './events.ts';
import type { OnHost } from './sections.ts';

/** All that a run is told. It reads nothing from its surroundings. */
export interface RunOptions {
  readonly inventory: Inventory;
  readonly playbooks: readonly Playbook[];
  /** Hosts that may be changed. All are looked at: who holds the swarm is asked of every one. */
  readonly selected: ReadonlySet<string>;
  /** What the person has agreed to, beyond what a run does by itself. */
  readonly consents: ReadonlySet<Consent>;
  /** The values of the secrets that the inventory's sections name. */
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly connect: (host: InventoryHost, signal: AbortSignal) => Promise<Transport>;
  readonly onHost: OnHost;
  readonly emit: Emit;
  /** Hosts that are worked on at the same time. */
  readonly concurrency: number;
  /** Milliseconds for a question, and for all commands of a stage on a host. */
  readonly patience: { readonly question: number; readonly stage: number };
  /** Who we are, for others that find the lock of a host taken. */
  readonly holder: string;
  /** Asked to end: what runs is finished, nothing more is begun. */
  readonly stop: AbortSignal;
  /** Told to end: what runs is given up. */
  readonly abort: AbortSignal;
}
