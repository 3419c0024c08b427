export interface Suite {
  /** As it is told: `storage`. */
  readonly name: string;
  /** The script of the package: `test:storage`. */
  readonly script: string;
}

export interface Ended {
  readonly name: string;
  readonly code: number;
  readonly minutes: number;
  /** All that it printed. */
  readonly said: string;
}

const PREFIX = 'test:';

/**
 * Every suite that the package has, by its scripts, `npm test` first: a suite that is added is among them.
 *
 * @throws Error where a name is none of a suite.
 */
export function suitesOf(
  scripts: Readonly<Record<string, string>>,
  only: string | undefined,
  without: string | undefined,
): readonly Suite[] {
  const all = [
    { name: 'test', script: 'test' },
    ...Object.keys(scripts)
      .filter((script) => script.startsWith(PREFIX) && script !== `${PREFIX}all`)
      .map((script) => ({ name: script.slice(PREFIX.length), script })),
  ];
  const named = (list: string | undefined) => list?.split(',').map((name) => name.trim()) ?? [];
  const known = all.map(({ name }) => name);
  const unknown = [...named(only), ...named(without)].filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`no suite is called ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return all.filter(
    ({ name }) => (only === undefined || named(only).includes(name)) && !named(without).includes(name),
  );
}

/** A line for each suite: how it ended, its tests, how long it took. */
export function tableOf(ended: readonly Ended[]): string {
  const rows = ended.map(({ name, code, minutes, said }) => [
    name,
    code === 0 ? 'ok' : `FAILED (${code})`,
    testsIn(said),
    `${minutes.toFixed(1)} min`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What vitest counted, in all of its runs; nothing of a suite that is no test of vitest. */
function testsIn(said: string): string {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [line] of said.matchAll(/^ +Tests .*$/gm))
    for (const what of ['passed', 'failed', 'skipped'] as const)
      counts[what] += Number(new RegExp(`(\\d+) ${what}`).exec(line)?.[1] ?? 0);
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
