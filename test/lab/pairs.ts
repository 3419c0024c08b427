/** A choice for each name. */
export type Row = Readonly<Record<string, string>>;

const pairsOf = (row: Row): readonly string[] => {
  const all = Object.entries(row).map(([name, value]) => `${name}=${value}`);
  return all.flatMap((one, index) => all.slice(index + 1).map((other) => `${one} ${other}`));
};

/** Every combination. */
function product(choices: Readonly<Record<string, readonly string[]>>): readonly Row[] {
  return Object.entries(choices).reduce<readonly Row[]>(
    (rows, [name, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value }))),
    [{}],
  );
}

/** Few rows that have every pair of choices: each is the one with the most pairs that no row has yet. */
export function allPairs(choices: Readonly<Record<string, readonly string[]>>): readonly Row[] {
  const rows = product(choices);
  const open = new Set(rows.flatMap(pairsOf));
  const chosen: Row[] = [];
  while (open.size > 0) {
    const best = rows.reduce((one, other) => {
      const news = (row: Row) => pairsOf(row).filter((pair) => open.has(pair)).length;
      return news(other) > news(one) ? other : one;
    });
    for (const pair of pairsOf(best)) open.delete(pair);
    chosen.push(best);
  }
  return chosen;
}
