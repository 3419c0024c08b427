import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import {
  changedLines,
  figure,
  findings,
  finished,
  json,
  NODES,
  plannedLines,
  provision,
  refusals,
  type Tree,
} from './harness.ts';
import { wipe } from './lab.ts';
import { DOMAIN, eventually, mailInventory, mailNodes, send, taskOf } from './mail.ts';
import { failures, follow, on } from './steps.ts';

const FILE = '/var/lib/mailu/data/main.db';
const ALICE = `alice@${DOMAIN}`;
let file = '';

/** The same inventory with something else in it. */
function changed(change: (mailu: Tree, tree: Tree & { hosts: Record<string, Tree> }) => void): string {
  const tree = parse(readFileSync(file, 'utf8')) as Tree & { hosts: Record<string, Tree> };
  change(tree.mailu as Tree, tree);
  const other = join(mkdtempSync(join(tmpdir(), 'provision-accounts-')), 'inventory.yaml');
  writeFileSync(other, stringify(tree));
  return other;
}

const inAdmin = (node: string, command: string) =>
  on(node, `docker exec $(docker ps -q -f label=com.docker.swarm.service.name=mailu_admin) ${command}`);

/** What cannot be made again: the key, and who may receive mail. */
async function kept(node: string) {
  return {
    key: await on(node, `cat /mailu/dkim/${DOMAIN}.dkim.key | sha256sum`),
    users: (
      JSON.parse(await inAdmin(node, 'flask mailu config-export --json user.email')) as {
        user: { email: string }[];
      }
    ).user
      .map(({ email }) => email)
      .toSorted(),
  };
}

const refused = async (inventory: string, code: string) => {
  const ran = await json(inventory);
  expect({
    code: ran.code,
    refusals: refusals(ran).map((each) => each.code),
    changed: changedLines(ran),
  }).toEqual({
    code: 5,
    refusals: [code],
    changed: [],
  });
  figure(`refused as ${code}`, refusals(ran)[0]?.message);
  return refusals(ran)[0];
};

let before: Awaited<ReturnType<typeof kept>>;

beforeAll(async () => {
  await mailNodes();
  file = mailInventory((mailu) => {
    mailu.patience = 300;
  });
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(findings(ran).map(({ code }) => code)).toContain('accounts-on-one-host');
  await inAdmin('node-1', `flask mailu user alice ${DOMAIN} Secret-1`);
  expect(await send('node-1', 'first', ALICE)).toBeUndefined();
  before = await kept('node-1');
});

test('a copy of the accounts goes to the shared storage, and status says how old it is', async () => {
  expect(await on('node-1', 'systemctl is-active provision-accounts.timer')).toBe('active');
  await on('node-1', 'systemctl start provision-accounts.service');
  const [copy = ''] = (await on('node-2', 'ls -1 /mailu/backup/accounts')).split('\n');
  expect(copy).toMatch(/^main-\d{8}T\d{6}Z\.db$/);
  expect(await on('node-2', 'stat -c "%a %U" /mailu/backup/accounts/*.db')).toBe('600 root');
  // Nothing has changed: the same copy, of now.
  await on('node-1', 'systemctl start provision-accounts.service');
  expect(await on('node-2', 'ls -1 /mailu/backup/accounts')).toBe(copy);
  const status = await provision('status', file);
  expect(status.stdout).toMatch(/node-1 +\/var\/lib\/mailu\/data\/main\.db +0 min old/);
});

test('the hosts in another order: no changes', async () => {
  const reversed = changed((_, tree) => {
    tree.hosts = Object.fromEntries(Object.entries(tree.hosts).toReversed());
  });
  const ran = await json(reversed);
  expect({ code: ran.code, planned: plannedLines(ran) }).toEqual({ code: 0, planned: [] });
});

test('another host, path or database in the inventory: refused, nothing changed', async () => {
  const database = (settings: object) =>
    changed((mailu, tree) => {
      mailu.database = settings;
      (tree.secrets as Tree).database = { env: 'HOME' };
    });
  await refused(database({ kind: 'sqlite', host: 'node-2' }), 'database-on-another-host');
  const elsewhere = await refused(database({ kind: 'sqlite', path: '/srv/accounts' }), 'database-elsewhere');
  expect(elsewhere?.fix[0]).toContain('host: node-1, path: /var/lib/mailu');
  const secret = join(mkdtempSync(join(tmpdir(), 'provision-database-')), 'password');
  writeFileSync(secret, 'password\n', { mode: 0o600 });
  const server = changed((mailu, tree) => {
    mailu.database = { kind: 'postgresql', server: '192.0.2.9', password: 'database' };
    (tree.secrets as Tree).database = { file: secret };
  });
  await refused(server, 'database-elsewhere');
  expect(await kept('node-1')).toEqual(before);
});

test('accounts on a second host: refused with where they are in use, and the fix moves the other aside', async () => {
  await on('node-2', `mkdir -p /var/lib/mailu/data && cp /mailu/backup/accounts/*.db ${FILE}`);
  const finding = await refused(file, 'two-databases');
  expect(finding?.fix).toHaveLength(1);
  await follow(finding?.fix[0]);
  expect(await on('node-2', 'ls /var/lib/mailu/data')).toMatch(/^main\.db\.aside-\d+$/);
  expect(finished(await json(file))?.changes).toBe(0);
  expect(await kept('node-1')).toEqual(before);
});

test('the host of the accounts reinstalled: no empty database, and the words of the runs bring the copy back', async () => {
  await wipe('node-1');
  const first = await json(file);
  expect(failures(first)).toMatchObject([{ host: 'node-1', code: 'host-key-changed' }]);
  await follow(failures(first)[0]?.fix[0]);
  for (let tries = 0; tries < 6; tries++) {
    const ran = await json(file);
    if (ran.code === 0) break;
    expect(ran.code).toBe(5);
    for (const { code, fix } of refusals(ran)) {
      figure(`after the loss, refused as ${code}`, fix[0]);
      await follow(fix.find((line) => line.startsWith('ssh')));
    }
  }
  const { node } = (
    await eventually('admin runs', 120, async () => {
      const task = await taskOf('admin', 'node-2');
      return task.state.startsWith('Running') ? task : undefined;
    })
  ).value;
  expect(await kept(node)).toEqual(before);
  // What ran on the lost node waits for its lease until nobody there can write any more.
  const { seconds } = await eventually(
    'mail for alice is taken',
    90,
    async () => (await send('node-2', 'after', ALICE)) === undefined,
  );
  figure('after the loss and the runs, seconds until mail is taken', Math.round(seconds));
  const last = await json(file);
  expect({ code: last.code, planned: plannedLines(last) }).toEqual({ code: 0, planned: [] });
});

test('a database that knows nobody beside a DKIM key: the key is not written over', async () => {
  const { node } = await taskOf('admin', 'node-2');
  await on(node, `mv ${FILE} /root/accounts.db`);
  await on('node-2', 'docker service update --force --detach=false mailu_admin >/dev/null');
  const ran = await json(file);
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  expect(await on(node, `cat /mailu/dkim/${DOMAIN}.dkim.key | sha256sum`)).toBe(before.key);
  await on('node-2', 'docker service scale --detach=false mailu_admin=0 >/dev/null');
  await on(node, `mv -f /root/accounts.db ${FILE}`);
  const back = await json(file);
  expect({ code: back.code, failures: failures(back) }).toEqual({ code: 0, failures: [] });
  expect(await kept(node)).toEqual(before);
  expect(NODES).toContain(node);
});
