import { expect } from 'vitest';
import { randomFrom } from '../random.ts';
import { changedLines, figure, finished, json, plannedLines, unknownLines } from './harness.ts';
import { failures, on } from './steps.ts';

/** Something that people and programs do to machines by hand, and what a plan and a run have to say of it. */
export interface Drift {
  /** The kind of resource that it is about. */
  readonly kind: string;
  /** What it touches: two of the same are not made at once. */
  readonly touches: readonly string[];
  /** What is done, as root, by node. */
  readonly done: readonly { readonly node: string; readonly command: string }[];
  /** What differs: these lines are in the plan, and a run changes these, all of them. */
  readonly lines: readonly string[];
  /** What may have to follow, as the plan says, and what a run finds to be right once the rest is. */
  readonly bound?: readonly string[];
  /** Resources that a plan cannot look at before the rest is right, and says so. */
  readonly unknown?: readonly string[];
  /** What a run then finds to change, in those and in what follows from the rest. */
  readonly found?: readonly string[];
}

/** A drift of one node by itself. */
export function drift(
  kind: string,
  node: string,
  command: string,
  lines: readonly string[],
  more: Partial<Drift> = {},
): Drift {
  return { kind, touches: [`${kind} ${node}`], done: [{ node, command }], lines, ...more };
}

/** Up to `most` drifts that do not touch the same, out of those that are left: each comes once before any comes again. */
function pick(left: Drift[], drifts: readonly Drift[], random: () => number, most: number): readonly Drift[] {
  const picked: Drift[] = [];
  while (picked.length < most) {
    if (left.length === 0) left.push(...drifts);
    const taken = new Set(picked.flatMap(({ touches }) => touches));
    const free = left.filter(({ touches }) => !touches.some((touched) => taken.has(touched)));
    const next = free[Math.floor(random() * free.length)];
    if (next === undefined) break;
    left.splice(left.indexOf(next), 1);
    picked.push(next);
  }
  return picked;
}

const together = (drifts: readonly Drift[], of: (one: Drift) => readonly string[] | undefined) =>
  drifts.flatMap((one) => of(one) ?? []).toSorted();

const ROUNDS = Number(process.env.LAB_DRIFT_ROUNDS ?? 100);
const SEED = Number(process.env.LAB_DRIFT_SEED ?? 20_261_125);
/** Milliseconds that all rounds may take. */
export const PATIENCE = ROUNDS * 60_000;

/** A site that converges, before the rounds. */
export async function converged(file: string): Promise<void> {
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(finished(await json(file))?.changes).toBe(0);
}

/** Rounds of drifts and runs: each time the plan has to name exactly what was done, and the run to mend it. */
export async function runRounds(file: string, drifts: readonly Drift[]): Promise<void> {
  const random = randomFrom(SEED);
  const left: Drift[] = [];
  const met = new Map<string, number>();
  const wrong: unknown[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const picked = pick(left, drifts, random, 1 + Math.floor(random() * 3));
    for (const { kind, done } of picked) {
      for (const { node, command } of done) await on(node, command);
      met.set(kind, (met.get(kind) ?? 0) + 1);
    }
    const ran = await json(file);
    const seen = {
      planned: plannedLines(ran),
      unknown: unknownLines(ran),
      code: ran.code,
      failures: failures(ran),
      changed: changedLines(ran),
    };
    const right = {
      planned: together(picked, ({ lines, bound = [] }) => [...lines, ...bound]),
      unknown: together(picked, ({ unknown }) => unknown),
      code: 0,
      failures: [],
      changed: together(picked, ({ lines, found = [] }) => [...lines, ...found]),
    };
    if (JSON.stringify(seen) !== JSON.stringify(right)) {
      wrong.push({ round, done: picked.map(({ done }) => done), seen, right });
      figure('a round that is not as it should be', wrong.at(-1));
    }
    // What a run leaves over is in the plan of the next.
    if (seen.code !== 0) break;
  }
  expect(plannedLines(await json('plan', file))).toEqual([]);
  figure('drifts: rounds, seed, drifts made', [
    ROUNDS,
    SEED,
    [...met.values()].reduce((sum, n) => sum + n, 0),
  ]);
  figure('drifts by kind', Object.fromEntries(met));
  figure('drifts in the catalogue, rounds that were not as they should be', [drifts.length, wrong.length]);
  expect(wrong, JSON.stringify(wrong, null, 1)).toEqual([]);
}
