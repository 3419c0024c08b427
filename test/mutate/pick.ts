import { randomFrom } from '../random.ts';
import type { Mutation } from './mutations.ts';

/**
 * Takes `count` mutations, as evenly from the files as they have them: one of each file in an order by chance, then a second of each.
 * The same seed takes the same ones.
 */
export function pick(
  byFile: readonly (readonly Mutation[])[],
  count: number,
  seed: number,
): readonly Mutation[] {
  const random = randomFrom(seed);
  const files = shuffled(byFile, random).map((mutations) => shuffled(mutations, random));
  const most = Math.max(0, ...files.map(({ length }) => length));
  const rounds = Array.from({ length: most }, (_, round) => files.flatMap((file) => file[round] ?? []));
  return rounds.flat().slice(0, count);
}

function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  return values
    .map((value) => ({ value, by: random() }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ value }) => value);
}
