import type { Ahead } from '../playbook/index.ts';
import type { Output } from '../resource/index.ts';
import { raw } from '../shell/index.ts';

export const READ_CLOCK = raw('date +%s.%N');

/** Milliseconds since 1970 by our own clock, when a question was sent and when all of its answer was there. */
export interface Asked {
  readonly sent: number;
  readonly answered: number;
}

/**
 * How far a host's clock is ahead of ours, which it has read as the first and as the last of what it was asked: the first was not
 * before the question, the last not after the answer. So what the host takes to look does not count, only the way there and back.
 * Undefined where it cannot be told: a clock was not read, or was set in between.
 */
export function aheadOf(
  first: Output | undefined,
  last: Output | undefined,
  asked: Asked,
): Ahead | undefined {
  const [begin, end] = [first, last].map((output) => Number.parseFloat(output?.stdout ?? ''));
  if (begin === undefined || end === undefined) return undefined;
  const ahead = { least: end - asked.answered / 1000, most: begin - asked.sent / 1000 };
  return ahead.least <= ahead.most ? ahead : undefined;
}
