import type { SshCounts } from '../lab/sshd-log.ts';
import type { Cell } from './cells.ts';
import type { Measured } from './measure.ts';

/** Medians. */
export interface Figures {
  readonly runs: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly memory: number;
  /** Of all hosts together. */
  readonly connections: number;
  readonly execs: number;
}

export interface Result extends Cell {
  readonly peer: string;
  /** From nothing. Absent for what only looks. */
  readonly first: Figures | undefined;
  /** With nothing to do. */
  readonly again: Figures;
}

export const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

export function figuresOf(
  samples: readonly (Measured & { readonly counts: SshCounts })[],
): Figures | undefined {
  if (samples.length === 0) return undefined;
  const of = (figure: (sample: (typeof samples)[number]) => number) => median(samples.map(figure));
  return {
    runs: samples.length,
    seconds: of(({ seconds }) => seconds),
    cpu: of(({ cpu }) => cpu),
    memory: of(({ memory }) => memory),
    connections: of(({ counts }) => counts.connections),
    execs: of(({ counts }) => counts.execs),
  };
}
