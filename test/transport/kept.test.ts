import { expect, test } from 'vitest';
import { Kept } from '../../src/transport/kept.ts';

const kept = (most: number | undefined, ...pieces: readonly string[]) => {
  const text = new Kept(most);
  for (const piece of pieces) text.add(piece);
  return [String(text), String(text)];
};

test.each<[string, number | undefined, readonly string[], string]>([
  ['without a limit all is kept', undefined, ['a'.repeat(1000), 'b'], `${'a'.repeat(1000)}b`],
  ['what is no longer than the limit is kept whole', 4, ['ab', 'cd'], 'abcd'],
  ['of what is longer the end is kept', 4, ['ab', 'cd', 'e'], 'bcde'],
  ['of much more the end is kept as well', 4, ['abcdef', 'ghijkl', 'mn', 'o'], 'lmno'],
  ['of one piece that is much longer its end', 4, ['abcdefghijklm'], 'jklm'],
  ['nothing of nothing', 4, [], ''],
])('%s', (_, most, pieces, text) => {
  expect(kept(most, ...pieces)).toEqual([text, text]);
});
