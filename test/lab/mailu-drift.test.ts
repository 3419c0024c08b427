import { beforeAll, test } from 'vitest';
import { converged, PATIENCE, runRounds } from './drift-rounds.ts';
import type { Tree } from './harness.ts';
import { mailInventory, mailNodes } from './mail.ts';
import { KEY, MAIL_DRIFTS } from './mail-drifts.ts';

let file = '';
beforeAll(async () => {
  await mailNodes();
  file = mailInventory((_mailu, tree) => {
    tree.base = {
      hostsEntries: true,
      sysctl: { 'net.core.somaxconn': 2048 },
      users: { anna: { keys: [KEY], sudo: true } },
    };
    for (const [name, host] of Object.entries(tree.hosts as Tree))
      (host as { swarm: Tree }).swarm.labels = { rack: name };
  });
  await converged(file);
});

test(
  'a sequence of drifts by hand: each time the plan names exactly what was done, and a run mends it',
  { timeout: PATIENCE },
  () => runRounds(file, MAIL_DRIFTS),
);
