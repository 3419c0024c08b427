import { beforeAll, expect, test } from 'vitest';
import { DRIFTS, pick, randomFrom } from './drifts.ts';
import { changedLines, figure, finished, json, plannedLines, unknownLines } from './harness.ts';
import { bareMailNodes, mailInventory } from './mail.ts';
import { failures, on } from './steps.ts';

const ROUNDS = Number(process.env.LAB_DRIFT_ROUNDS ?? 100);
const SEED = Number(process.env.LAB_DRIFT_SEED ?? 20_261_125);
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEuP0c2zCk1n5p1yq8vU0R6lH1vO6vQe0E1yX3bqg8kq anna@desk';

let file = '';
beforeAll(async () => {
  await bareMailNodes();
  file = mailInventory((_mailu, tree) => {
    tree.base = {
      hostsEntries: true,
      sysctl: { 'net.core.somaxconn': 2048 },
      users: { anna: { keys: [KEY], sudo: true } },
    };
  });
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(finished(await json(file))?.changes).toBe(0);
});

test('a sequence of drifts by hand: each time the plan names exactly what was done, and a run mends it', {
  timeout: ROUNDS * 60_000,
}, async () => {
  const random = randomFrom(SEED);
  const met = new Map<string, number>();
  const wrong: unknown[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const drifts = pick(random, 3);
    for (const { node, command, kind } of drifts) {
      await on(node, command);
      met.set(kind, (met.get(kind) ?? 0) + 1);
    }
    const done = drifts.map(({ node, command }) => `${node}: ${command}`);
    const expected = drifts.flatMap(({ lines }) => lines).toSorted();
    const ran = await json(file);
    const seen = {
      planned: plannedLines(ran),
      unknown: unknownLines(ran),
      code: ran.code,
      failures: failures(ran),
      changed: changedLines(ran),
    };
    const right = { planned: expected, unknown: [], code: 0, failures: [], changed: expected };
    if (JSON.stringify(seen) !== JSON.stringify(right)) {
      wrong.push({ round, done, seen, expected });
      figure('a round that is not as it should be', wrong.at(-1));
    }
    // What a run leaves over is in the plan of the next.
    if (seen.code !== 0) break;
  }
  expect(plannedLines(await json('plan', file))).toEqual([]);
  figure('drifts: rounds, seed, by kind', [ROUNDS, SEED, Object.fromEntries(met)]);
  figure('drifts in the catalogue, rounds that were not as they should be', [DRIFTS.length, wrong.length]);
  expect(wrong, JSON.stringify(wrong, null, 1)).toEqual([]);
});
