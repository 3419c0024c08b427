/** `environment A: 1, B: 2`, `update monitor: 10s`: the words that names begin with are told once. `more`: what is told after each name. */
export function underCommonWords<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  more: (one: T) => string = () => '',
): readonly string[] {
  const byWords = new Map<string, string[]>();
  for (const one of all) {
    const name = nameOf(one);
    const words = name.slice(0, name.lastIndexOf(' ') + 1);
    byWords.set(words, [...(byWords.get(words) ?? []), `${name.slice(words.length)}${more(one)}`]);
  }
  return [...byWords].map(([words, rest]) => `${words}${rest.join(', ')}`);
}
