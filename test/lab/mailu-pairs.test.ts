import { beforeAll, expect, test } from 'vitest';
import { figure, finished, json, NODES, provision } from './harness.ts';
import { inventoryWithFronts, mailInventory, mailNodes } from './mail.ts';
import { allPairs, type Row } from './pairs.ts';
import { failures, on } from './steps.ts';

const SWITCHES = ['antivirus', 'webdav', 'fetchmail', 'oletools', 'tika'] as const;
const ROWS = allPairs({
  webmail: ['none', 'roundcube', 'snappymail'],
  tls: ['cert', 'letsencrypt', 'notls'],
  ...Object.fromEntries(SWITCHES.map((name) => [name, ['false', 'true']])),
});
const SOME = Number(process.env.LAB_PAIRS ?? 2);

beforeAll(async () => {
  await mailNodes();
  // What all have in common is made once: Docker, the swarm, the storage.
  const ran = await json(mailInventory((_, tree) => delete tree.mailu));
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
});

/** The site of a row. Only one front may ask for certificates. */
const site = (row: Row) =>
  inventoryWithFronts(row.tls === 'letsencrypt' ? ['node-1'] : NODES, (mailu) => {
    mailu.webmail = row.webmail;
    if (row.tls !== 'cert') mailu.tls = { kind: row.tls };
    for (const name of SWITCHES) mailu[name] = row[name] === 'true';
  });

/** As on nodes that never had a stack: nothing of it on the storage, and no secret of it. */
async function forget(file: string): Promise<void> {
  expect((await provision('remove-stack', file, '--yes')).code).toBe(0);
  await on('node-1', 'rm -rf /mailu/*');
  await Promise.all(
    NODES.map((node) => on(node, 'rm -rf /var/lib/mailu; docker volume prune -af >/dev/null; true')),
  );
}

test.each(ROWS.slice(0, SOME))(
  '%o: it converges, then changes nothing, and outside is what is expected',
  async (row) => {
    const file = site(row);
    const begin = Date.now();
    const ran = await json(file);
    expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
    const seconds = Math.round((Date.now() - begin) / 1000);
    const failed = await on(
      'node-1',
      "docker stack ps --no-trunc --format '{{.Name}} {{.CurrentState}} {{.Error}}' mailu | grep -E ' (Failed|Rejected) ' || true",
    );
    expect(finished(await json(file))?.changes).toBe(0);
    const checked = await provision('check', file, '--no-wait');
    figure(Object.values(row).join(' '), { seconds, 'failed tasks': failed, check: checked.code });
    expect(failed).toBe('');
    expect(checked.code).toBe(0);
    await forget(file);
  },
);

test('the rows have every pair', () => {
  figure('rows that have every pair', ROWS.length);
  expect(ROWS.length).toBeLessThan(16);
});
