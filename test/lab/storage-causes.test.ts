import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { dockerNodes, figure, findings, finished, inventory, json, refusals } from './harness.ts';
import { failures, follow, goesThrough, on } from './steps.ts';

const site = inventory(3, (tree) => {
  tree.storage = { kind: 'glusterfs', replica: 3 };
});
const MAIL = 'cd /mailu/mail && sha256sum * | sha256sum';

beforeAll(async () => {
  await dockerNodes();
  await goesThrough(site);
  await on('node-1', 'mkdir /mailu/mail; cd /mailu/mail; for i in $(seq 50); do echo "mail $i" >$i; done');
});

/** Both hold the volume's files with node-1, and without them no mount answers. */
const MOST = ['node-2', 'node-3'];

/** Seconds that the kernel keeps the port of a brick, which has one. */
const PORT = 61;

async function broughtBack(down: string, where: readonly string[], wait = 0): Promise<void> {
  const whole = await on('node-1', MAIL);
  for (const node of where) await on(node, down);
  await sleep(1000);
  const ran = await json('plan', site);
  const told = refusals(ran);
  process.stdout.write(`${told.map(({ message, fix }) => [message, ...fix].join('\n')).join('\n')}\n`);
  figure(`after ${down}: errors on three hosts`, told.length + failures(ran).length);
  expect({ code: ran.code, failed: failures(ran) }).toEqual({ code: 5, failed: [] });
  expect(told.map(({ host, code }) => ({ host, code }))).toEqual([
    { host: undefined, code: 'not-connected' },
  ]);
  expect(findings(ran).map(({ code }) => code)).toEqual(['not-connected']);
  await sleep(wait * 1000);
  const starting = told[0]?.fix.filter((line) => line.includes('gluster')) ?? [];
  expect(starting).toHaveLength(where.length);
  for (const line of starting) await follow(line);
  await expect.poll(() => on('node-1', `timeout 20 sh -c '${MAIL}'`), { timeout: 90_000 }).toBe(whole);
  await goesThrough(site);
  expect(finished(await goesThrough(site))?.changes).toBe(0);
  for (const node of ['node-1', ...MOST]) expect(await on(node, MAIL)).toBe(whole);
}

test('a mount that has lost its servers: what is down is told once, and the fix brings the files back', () =>
  broughtBack('systemctl stop glusterd; pkill -x glusterfsd; true', MOST));

test('a volume that is stopped: what is down is told once, and the fix brings the files back', () =>
  broughtBack('gluster --mode=script volume stop mailu', ['node-1'], PORT));

test('bricks that nothing serves: what is down is told once, and the fix brings the files back', () =>
  broughtBack('pkill -x glusterfsd', MOST, PORT));

test('an emptied brick of a volume that is stopped: its fix starts the others, and the brick is filled from them', async () => {
  const whole = await on('node-1', MAIL);
  await on('node-1', 'gluster --mode=script volume stop mailu');
  await on(
    'node-3',
    'systemctl stop glusterd; umount -l /mailu; rm -rf /srv/gluster/mailu; systemctl start glusterd; sleep 3',
  );
  const fix = refusals(await json('plan', site))
    .flatMap((refusal) => refusal.fix)
    .find((line) => line.includes('volume start'));
  await on('node-3', `systemctl stop glusterd; sleep ${PORT}`);
  await follow(fix);
  await expect.poll(() => on('node-1', `timeout 20 sh -c '${MAIL}'`), { timeout: 90_000 }).toBe(whole);
  await goesThrough(site);
  expect(finished(await goesThrough(site))?.changes).toBe(0);
  for (const node of ['node-1', 'node-3']) expect(await on(node, MAIL)).toBe(whole);
  expect(await on('node-3', 'find /srv/gluster/mailu/mail -type f | wc -l')).toBe('50');
});

test('a peer that is rejected is told as that, and nothing is done to it', async () => {
  const bytes = await on('node-3', 'find /srv/gluster/mailu/mail -type f | wc -l');
  await on(
    'node-3',
    'systemctl stop glusterd; echo performance.cache-size=64MB >>/var/lib/glusterd/vols/mailu/info; sed -i "s/info=.*/info=1/" /var/lib/glusterd/vols/mailu/cksum; systemctl start glusterd',
  );
  await expect
    .poll(() => on('node-1', 'gluster peer status'), { timeout: 60_000 })
    .toContain('Peer Rejected (Connected)');
  const ran = await json('plan', site);
  const refused = refusals(ran);
  expect({
    failed: failures(ran).map(({ message }) => message),
    refused: refused.map(({ code, host }) => ({ code, host })),
  }).toEqual({ failed: [], refused: [{ code: 'rejected-peer', host: 'node-3' }] });
  await follow(refused[0]?.fix[0]);
  expect(await on('node-3', 'find /srv/gluster/mailu/mail -type f | wc -l')).toBe(bytes);
});
