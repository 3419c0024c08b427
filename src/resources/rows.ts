/** What stands behind a word at the beginning of lines: `b` and `c` of `now b` and `now c`. */
export function rowsAfter(word: string, text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1));
}
