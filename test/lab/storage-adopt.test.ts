import { beforeAll, expect, test } from 'vitest';
import { brickOf, volumeByHand } from './by-hand.ts';
import {
  bareNodes,
  changedLines,
  figure,
  finished,
  inventory,
  json,
  NODES,
  plannedLines,
  type Ran,
  refusals,
  type Tree,
} from './harness.ts';
import { exec, up } from './lab.ts';
import { nodeOf } from './node.ts';
import { failures, follow, on } from './steps.ts';

const site = (
  nodes: number,
  storage: Tree,
  change: (tree: Tree & { hosts: Record<string, Tree> }) => void = () => undefined,
) =>
  inventory(nodes, (tree) => {
    tree.storage = { kind: 'glusterfs', replica: 3, ...storage };
    change(tree);
  });
const sums = (folder: string) => `cd ${folder}/mail && ls | sort | xargs sha256sum | sha256sum`;
const pool = () =>
  on(
    'node-1',
    "gluster peer status | sort; gluster volume info gv0 | grep -E '^(Volume ID|Brick|Number)'; cat /var/lib/glusterd/glusterd.info",
  );
const mountId = (node: string) => on(node, 'findmnt -rn -o ID,SOURCE,FSTYPE --mountpoint /mailu');
const of = (ran: Ran, kind: string) => plannedLines(ran).filter((line) => line.includes(`: ${kind} `));

let whole = '';
let before = '';
beforeAll(async () => {
  await bareNodes();
  await volumeByHand(NODES, 'gv0', { mounted: ['node-1', 'node-2'] });
  whole = await on('node-1', sums(brickOf('gv0')));
  before = await pool();
});

test('a volume of another name than the inventory has is said, and no second one is made', async () => {
  const ran = await json(site(3, {}));
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  const said = refusals(ran).find(({ code }) => code === 'another-volume');
  figure('another volume', said);
  await follow(said?.fix[0]);
  expect(said?.fix[1]).toContain('storage.volume: gv0');
  // It is told once, not again for each host that has it mounted where the other one would be.
  expect(refusals(ran).map(({ code }) => code)).toEqual(['another-volume']);
});

test('a volume made by names is taken as it is: a small plan, every file kept, then no changes', async () => {
  const file = site(3, { volume: 'gv0' });
  const mounts = [await mountId('node-1'), await mountId('node-2')];
  const plan = await json('plan', file);
  expect({ code: plan.code, refusals: refusals(plan) }).toEqual({ code: 0, refusals: [] });
  expect(of(plan, 'gluster-peer')).toEqual([]);
  expect(of(plan, 'gluster-brick')).toEqual([]);
  expect(of(plan, 'gluster-identity')).toEqual([]);
  expect(of(plan, 'directory').filter((line) => line.includes('/srv'))).toEqual([]);
  for (const line of of(plan, 'gluster-volume'))
    expect(line).toMatch(/gluster-volume gv0: (cluster|network|client|server|performance|auth)\.[a-z-]+$/);
  expect(of(plan, 'mount')).not.toContain('node-1: mount /mailu: mounted');
  figure(
    'plan on a pool made by hand',
    plannedLines(plan).filter((line) => /gluster|mount/.test(line)),
  );

  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  for (const node of NODES) {
    expect(await on(node, sums('/mailu'))).toBe(whole);
    expect(await on(node, sums(brickOf('gv0')))).toBe(whole);
  }
  expect(await pool()).toBe(before);
  expect([await mountId('node-1'), await mountId('node-2')]).toEqual(mounts);

  const again = await json(file);
  expect({ code: again.code, changed: changedLines(again), changes: finished(again)?.changes }).toEqual({
    code: 0,
    changed: [],
    changes: 0,
  });
});

test('the order of the hosts in the file changes nothing, nor does a volume that may be mounted by one more', async () => {
  const turned = site(3, { volume: 'gv0' }, (tree) => {
    tree.hosts = Object.fromEntries(Object.entries(tree.hosts).toReversed());
  });
  expect(plannedLines(await json('plan', turned))).toEqual([]);
  const allowed = await on('node-1', 'gluster volume get gv0 auth.allow');
  await on(
    'node-1',
    `gluster --mode=script volume set gv0 auth.allow 192.0.2.77,$(gluster volume info gv0 | sed -n 's/^auth.allow: //p')`,
  );
  expect(plannedLines(await json('plan', turned))).toEqual([]);
  figure('auth.allow', allowed);
});

/** The command of a refusal's line, which says before it what it is for. */
const commandOf = (refused: { readonly fix: readonly string[] } | undefined, part: string) =>
  refused?.fix.find((line) => line.includes(part))?.replace(/^.*?: (?=ssh)/, '') ?? 'false';

test('a mount over files is refused, and comes to be by the words of the refusal', async () => {
  await up({ nodes: 4 });
  await on(
    'node-4',
    'mkdir -p /mailu/mail /mailu/dkim; for i in $(seq 12); do echo old $i >/mailu/mail/old-$i; done',
  );
  const four = site(4, { volume: 'gv0' });
  const first = await json(four);
  expect({ code: first.code, changed: changedLines(first) }).toEqual({ code: 5, changed: [] });
  const [refused] = refusals(first);
  figure('a mount point that is not empty', refused);
  expect(refused).toMatchObject({ host: 'node-4' });
  expect(refused?.message).toMatch(/12 files \(dkim, mail/);
  expect(await on('node-4', 'ls /mailu/mail | wc -l; findmnt -rn --mountpoint /mailu || true')).toBe('12');

  await follow(commandOf(refused, 'mv -T'));
  // The fourth does not know the names that the bricks were made by.
  const unknown = await json('plan', four);
  expect(unknown.code).toBe(0);
  expect(JSON.stringify(unknown.events)).toContain('172.31.77.11 node-1');
  await on(
    'node-4',
    'printf "172.31.77.11 node-1\\n172.31.77.12 node-2\\n172.31.77.13 node-3\\n" >>/etc/hosts',
  );
  const ran = await json(four);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  await follow(commandOf(refused, 'cp -a -n'));
  expect(await on('node-1', 'ls /mailu/mail/old-* | wc -l')).toBe('12');
  expect(finished(await json(four))?.changes).toBe(0);
});

test('files that were written below the mount are named, and are no reason to stop', async () => {
  const four = site(4, { volume: 'gv0' });
  await on(
    'node-4',
    'unshare -m --propagation private sh -c "umount -l /mailu; chattr -i /mailu; echo x >/mailu/lost; chattr +i /mailu"',
  );
  const ran = await json(four);
  expect({ code: ran.code, changes: finished(ran)?.changes }).toEqual({ code: 0, changes: 0 });
  const hidden = ran.events.flatMap(({ kind, finding }) =>
    kind === 'finding' && (finding as { code: string }).code === 'hidden-files'
      ? [finding as { fix: string[] }]
      : [],
  );
  figure('hidden files', hidden);
  await follow(hidden[0]?.fix[0]);
  expect((await exec('node-4', 'ls /run/below/mailu')).stdout.trim()).toBe('lost');
});

test('a brick that no host knows any more is neither taken nor emptied', async () => {
  await bareNodes();
  await Promise.all(
    NODES.map((node) =>
      on(
        node,
        'apt-get update -qq; apt-get install -y -qq attr >/dev/null; d=/srv/gluster/mailu; mkdir -p $d/.glusterfs $d/mail; echo x >$d/mail/1; setfattr -n trusted.glusterfs.volume-id -v 0x7370e8d84c254620ab82864bda143f93 $d',
      ),
    ),
  );
  const ran = await json(site(3, {}));
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  figure('a brick that nobody knows', refusals(ran)[0]);
  expect(refusals(ran).map(({ host }) => host)).toEqual(NODES);
  for (const { fix } of refusals(ran)) expect(fix.join()).not.toMatch(/\brm\b|\bmv\b|wipe/);
  for (const node of NODES) expect(await on(node, 'cat /srv/gluster/mailu/mail/1')).toBe('x');
});

test('two copies that somebody made: by the fix they get an arbiter, and are taken as they are', async () => {
  await bareNodes();
  await volumeByHand(['node-1', 'node-2'], 'gv0');
  const two = site(3, { volume: 'gv0', replica: undefined, arbiter: true });
  const ran = await json('plan', two);
  const fix = refusals(ran)
    .flatMap((refusal) => refusal.fix)
    .find((line) => line.includes('HOST:PATH'));
  const sum = await on('node-1', sums(brickOf('gv0')));
  await on(
    'node-3',
    `printf '${nodeOf(1).address} node-1\\n${nodeOf(2).address} node-2\\n' >>/etc/hosts; apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq glusterfs-server >/dev/null && systemctl enable --now -q glusterd && mkdir -p ${brickOf('gv0')}`,
  );
  await on('node-1', `gluster --mode=script peer probe ${nodeOf(3).address}`);
  await expect
    .poll(() => on('node-1', "gluster peer status | grep -c 'Peer in Cluster (Connected)'"), {
      timeout: 30_000,
    })
    .toBe('2');
  await follow(fix?.replaceAll('HOST:PATH', `${nodeOf(3).address}:${brickOf('gv0')}`));
  const taken = await json(two);
  expect({ code: taken.code, refused: refusals(taken), failures: failures(taken) }).toEqual({
    code: 0,
    refused: [],
    failures: [],
  });
  expect(finished(await json(two))?.changes).toBe(0);
  expect(await on('node-3', sums('/mailu'))).toBe(sum);
});
