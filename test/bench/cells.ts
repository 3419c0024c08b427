import { ansibleDefault, ansibleMitogen, ansiblePipelining } from './peers/ansible.ts';
import { nodeSsh } from './peers/node-ssh.ts';
import type { Peer } from './peers/peer.ts';
import { provision } from './peers/provision.ts';
import { handWritten, sameProbes } from './peers/ssh.ts';

/** What is measured: so many things on so many hosts, so far away. */
export interface Cell {
  readonly work: number;
  readonly hosts: number;
  /** Milliseconds of a round trip. */
  readonly rtt: number;
}

/** The one that the targets are about. */
export const KEY: Cell = { work: 200, hosts: 3, rtt: 20 };
export const SIZES = [10, 50, 200, 1000] as const;
export const FLEETS = [1, 3, 10] as const;
/** Hosts that are only simulated. */
export const SIMULATED = [10, 100, 1000] as const;
export const WAYS = [0, 20, 50] as const;

/** The key cell, and from it in each direction: by the work, by the hosts, by the way to them. */
export const CELLS: readonly Cell[] = [
  KEY,
  ...SIZES.filter((work) => work !== KEY.work).map((work) => ({ ...KEY, work })),
  ...FLEETS.filter((hosts) => hosts !== KEY.hosts).map((hosts) => ({ ...KEY, hosts })),
  ...WAYS.filter((rtt) => rtt !== KEY.rtt).map((rtt) => ({ ...KEY, rtt })),
];

export const isKey = (cell: Cell) => cell === KEY;

export const QUICK: readonly Peer[] = [provision, sameProbes, handWritten, nodeSsh];
/** Minutes, where the others take seconds. */
export const SLOW: readonly Peer[] = [ansibleMitogen, ansiblePipelining, ansibleDefault];

/** How often a peer runs with nothing to do in a cell; the median is taken. */
export function rounds(peer: Peer, cell: Cell): number {
  if (isKey(cell) || QUICK.includes(peer)) return 5;
  // A minute for each hundred things: only where it is soon over.
  const few = cell.work * cell.hosts <= KEY.work;
  if (peer === ansibleMitogen) return few ? 5 : 1;
  return few ? 1 : 0;
}

/** How often it begins from nothing: elsewhere than in the key cell the first of the peers makes what all then find. */
export function beginnings(peer: Peer, cell: Cell): number {
  if (isKey(cell)) return 5;
  return peer === provision ? 1 : 0;
}
