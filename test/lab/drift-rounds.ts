import { expect } from 'vitest';
import { changedLines, figure, json, plannedLines, unknownLines } from './harness.ts';
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

/** Numbers that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Each drift of a catalogue once in a new order before any comes again. */
function* turns(drifts: readonly Drift[], random: () => number): Generator<Drift, never> {
  for (;;) {
    const left = [...drifts];
    while (left.length > 0) yield left.splice(Math.floor(random() * left.length), 1)[0] as Drift;
  }
}

/** Up to `most` drifts that do not touch the same. */
function pick(turn: Generator<Drift, never>, count: number): readonly Drift[] {
  const picked: Drift[] = [];
  for (let tries = 0; tries < count; tries++) {
    const next = turn.next().value;
    const taken = new Set(picked.flatMap(({ touches }) => touches));
    if (!next.touches.some((touched) => taken.has(touched))) picked.push(next);
  }
  return picked;
}

const together = (drifts: readonly Drift[], of: (one: Drift) => readonly string[] | undefined) =>
  drifts.flatMap((one) => of(one) ?? []).toSorted();

export interface Rounds {
  readonly file: string;
  readonly drifts: readonly Drift[];
  readonly rounds: number;
  readonly seed: number;
}

/** Rounds of drifts and runs: each time the plan has to name exactly what was done, and the run to mend it. */
export async function runRounds({ file, drifts, rounds, seed }: Rounds): Promise<void> {
  const random = randomFrom(seed);
  const turn = turns(drifts, random);
  const met = new Map<string, number>();
  const wrong: unknown[] = [];
  for (let round = 1; round <= rounds; round++) {
    const picked = pick(turn, 1 + Math.floor(random() * 3));
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
    rounds,
    seed,
    [...met.values()].reduce((sum, n) => sum + n, 0),
  ]);
  figure('drifts by kind', Object.fromEntries(met));
  figure('drifts in the catalogue, rounds that were not as they should be', [drifts.length, wrong.length]);
  expect(wrong, JSON.stringify(wrong, null, 1)).toEqual([]);
}
