import { didYouMean } from '../errors/index.ts';

/**
 * What is wrong with the words of a command line that belong to no option, where the first of them is no command; `undefined` where they
 * are one inventory.
 */
export function misspelt(
  words: readonly string[],
  commands: readonly string[],
  isThere: (file: string) => boolean,
): string | undefined {
  const [first = '', ...rest] = words;
  // Whether a file was meant: it is there, or is written as one.
  if (!isThere(first) && !/[./\\]/.test(first)) {
    return `no command \`${first}\`${didYouMean(first, commands) ?? ', and no file of that name'}`;
  }
  if (rest.length === 0) return undefined;
  const later = rest.find((word) => commands.includes(word));
  if (later === undefined) return `expected one inventory, and got ${words.length}: ${words.join(' ')}`;
  return `the command comes first: provision ${[later, ...words.filter((word) => word !== later)].join(' ')}`;
}
