import type { Command } from '../measure.ts';
import type { Item } from '../work.ts';

/** A host as a peer reaches it: through the delaying proxy, as root. */
export interface Reached {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export interface Site {
  readonly hosts: readonly Reached[];
  readonly work: readonly Item[];
  /** For what the peer writes. Its own, and empty. */
  readonly folder: string;
  readonly identity: string;
  readonly knownHosts: string;
}

export interface Peer {
  readonly name: string;
  /** Whether it also makes what is missing; the floor only looks. */
  readonly changes: boolean;
  /** What runs the work. Whatever it has to compile or write first is done here, and not measured. */
  command(site: Site): Command;
  /** Whether a run that found nothing to do says so: what was measured has to be that. */
  saysNothingToDo(stdout: string): boolean;
}
