import { beforeAll, expect, test } from 'vitest';
import { runRounds } from './drift-rounds.ts';
import { finished, json } from './harness.ts';
import { bareMailNodes, mailInventory } from './mail.ts';
import { KEY, MAIL_DRIFTS } from './mail-drifts.ts';
import { failures } from './steps.ts';

const ROUNDS = Number(process.env.LAB_DRIFT_ROUNDS ?? 100);
const SEED = Number(process.env.LAB_DRIFT_SEED ?? 20_261_125);

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

test(
  'a sequence of drifts by hand: each time the plan names exactly what was done, and a run mends it',
  {
    timeout: ROUNDS * 60_000,
  },
  () => runRounds({ file, drifts: MAIL_DRIFTS, rounds: ROUNDS, seed: SEED }),
);
