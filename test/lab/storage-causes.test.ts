import { beforeAll, expect, test } from 'vitest';
import { figure, finished, inventory, json, refusals } from './harness.ts';
import { up } from './lab.ts';
import { failures, follow, goesThrough, on } from './steps.ts';

const site = inventory(3, (tree) => {
  tree.storage = { kind: 'glusterfs', replica: 3 };
});
const MAIL = 'cd /mailu/mail && sha256sum * | sha256sum';

beforeAll(async () => {
  await up({ nodes: 3, fresh: true });
  await goesThrough(site);
  await on('node-1', 'mkdir /mailu/mail; cd /mailu/mail; for i in $(seq 50); do echo "mail $i" >$i; done');
});

test('a mount that has lost its servers is told once a host, with what the system says of it', async () => {
  for (const node of ['node-2', 'node-3'])
    await on(node, 'systemctl stop glusterd; pkill -x glusterfsd; sleep 1');
  const ran = await json('plan', site);
  for (const node of ['node-2', 'node-3']) await on(node, 'systemctl start glusterd');
  const failed = failures(ran);
  process.stdout.write(`${failed.map(({ host, message }) => `${host}: ${message}`).join('\n')}\n`);
  figure('a mount that has lost its servers: errors on three hosts', failed.length);
  expect(failed.map(({ host, code }) => ({ host, code }))).toEqual(
    ['node-1', 'node-2', 'node-3'].map((host) => ({ host, code: 'not-connected' })),
  );
  for (const { message, fix } of failed) {
    expect(message).toContain('Transport endpoint is not connected');
    expect(fix).toHaveLength(1);
  }
  await expect.poll(() => on('node-1', `timeout 20 sh -c '${MAIL}'`), { timeout: 60_000 }).toMatch(/^\w/);
  await goesThrough(site);
  expect(finished(await goesThrough(site))?.changes).toBe(0);
});

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
  // A brick has one port, which the kernel keeps for a minute.
  await on('node-3', 'systemctl stop glusterd; sleep 61');
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
