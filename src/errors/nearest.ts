import { distance } from 'fastest-levenshtein';

/** The end of a sentence about a word that nobody knows: which was perhaps meant. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const near = nearest(word, known);
  return near === undefined ? undefined : `; did you mean \`${near}\`?`;
}

/** The word that was perhaps meant: two letters away, or a third of them. Capitals count for nothing. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  return known
    .map((name) => ({ name, far: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(2, name.length / 3))
    .toSorted((a, b) => a.far - b.far)[0]?.name;
}
