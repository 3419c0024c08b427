import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import {
  changedLines,
  figure,
  finished,
  json,
  NODES,
  plannedLines,
  provision,
  refusals,
  type Tree,
} from './harness.ts';
import { exec } from './lab.ts';
import {
  allTasks,
  eventually,
  front,
  logOf,
  mailInventory,
  mailNodes,
  mailPassword,
  send,
  subjects,
  taskOf,
} from './mail.ts';
import { REGISTRY } from './registry.ts';
import { seenOn } from './seen.ts';
import { failures, goesThrough, on } from './steps.ts';
import { watchArguments } from './watch.ts';

/** Seconds that services may take in these tests. */
const PATIENCE = 240;
const plain = (change: (mailu: Tree, tree: Tree) => void = () => undefined) =>
  mailInventory((mailu, tree) => {
    mailu.patience = PATIENCE;
    change(mailu, tree);
  });

let file = '';
beforeAll(async () => {
  await mailNodes();
  file = plain();
  await goesThrough(file);
});

/** A run that has to fail within its time, and the next one with the right inventory, which has to mend it. */
async function failing(name: string, broken: string) {
  const begin = Date.now();
  const ran = await json(broken);
  const seconds = Math.round((Date.now() - begin) / 1000);
  const [failure] = failures(ran) as readonly { code: string; message: string; tail?: readonly string[] }[];
  figure(name, { seconds, message: failure?.message, tail: failure?.tail?.at(-1) });
  expect(ran.code).toBe(2);
  expect(seconds).toBeLessThan(PATIENCE + 60);
  const mended = await json(file);
  expect({ code: mended.code, failures: failures(mended) }).toEqual({ code: 0, failures: [] });
  expect(finished(await json(file))?.changes).toBe(0);
  return { ...failure, message: failure?.message ?? '', tail: failure?.tail ?? [] };
}

test("an image that is not there: the task's own error; what ran goes on", async () => {
  const { message } = await failing(
    'an image that is not there',
    plain((mailu) => {
      mailu.images = { ...(mailu.images as Tree), antispam: `${REGISTRY}/mailu/rspamd:nosuch` };
    }),
  );
  expect(message).toMatch(/service antispam: .*(No such image|not found|manifest unknown)/);
});

test('a service that crashes: its exit code and its last words', async () => {
  const { message, tail } = await failing(
    'a service that crashes',
    plain((mailu) => {
      mailu.images = { ...(mailu.images as Tree), antispam: `${REGISTRY}/mailu/broken:1` };
    }),
  );
  expect(message).toMatch(/service antispam: .*(non-zero exit|exit code)/);
  expect(tail.join('\n')).toContain('broken on purpose');
});

test('a secret that is not to be had is told before anything is connected', async () => {
  const ran = await provision(
    plain((mailu, tree) => {
      tree.secrets = { ...(tree.secrets as Tree), relay: { env: 'NOT_SET_ANYWHERE' } };
      mailu.relay = { host: '[172.31.77.200]:25', user: 'u', password: 'relay' };
    }),
  );
  expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('NOT_SET_ANYWHERE is not set') });
});

test('a secret whose value Mailu cannot use: the words of the service that refuses it', async () => {
  const { message } = await failing(
    'a certificate that is none',
    plain((_mailu, tree) => {
      const folder = mkdtempSync(join(tmpdir(), 'provision-lab-'));
      writeFileSync(join(folder, 'none'), 'this is no certificate\n', { mode: 0o600 });
      tree.secrets = { ...(tree.secrets as Tree), certificate: { file: join(folder, 'none') } };
    }),
  );
  expect(message).toMatch(/service front: /);
});

test('a port that a program has: refused, with its name; one that a container has as well', async () => {
  const wide = plain((mailu) => (mailu.ports = [25, 80, 443, 465, 587, 993, 995, 4190]));
  const listen =
    'use IO::Socket::INET; my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1", LocalPort => 587) or die; sleep;';
  await exec('node-2', 'cat >/root/listen.pl', listen);
  await on('node-2', 'systemd-run -q --collect --unit=old-mail perl /root/listen.pl');
  await eventually('it listens', 10, async () => (await on('node-2', 'ss -Hltn sport = :587')) !== '');
  const refused = await json(wide);
  expect({ code: refused.code, changed: changedLines(refused) }).toEqual({ code: 5, changed: [] });
  expect(refusals(refused)).toMatchObject([
    { host: 'node-2', code: 'port-in-use', message: expect.stringContaining('old-mail.service') },
  ]);
  figure('a port that a program has', refusals(refused)[0]?.message);
  await on('node-2', 'systemctl stop old-mail');

  const image = `${REGISTRY}/mailu/postfix:2024.06`;
  await on(
    'node-1',
    `docker service create -q --detach --no-healthcheck --name squatter --constraint node.hostname==node-3 --publish mode=host,target=587,published=587 --entrypoint sleep ${image} 3600`,
  );
  await eventually(
    'the other stack has the port',
    60,
    async () => (await on('node-3', 'ss -Hltn sport = :587')) !== '',
  );
  const ran = await json(wide);
  figure('a port that another stack has', refusals(ran)[0]?.message);
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  expect(refusals(ran)).toMatchObject([
    { host: 'node-3', code: 'port-in-use', message: expect.stringContaining('squatter') },
  ]);
  await on('node-1', 'docker service rm squatter');
  // It returns before the container has ended.
  await eventually('the port is free', 60, async () => (await on('node-3', 'ss -Hltn sport = :587')) === '');
  const mended = await json(wide);
  expect({ code: mended.code, failures: failures(mended) }).toEqual({ code: 0, failures: [] });
  expect((await json(file)).code).toBe(0);
});

test('smtp that was killed in the middle of a message begins again', async () => {
  // As Postfix's cleanup names a file that it has not finished (postfix/src/global/mail_queue.c).
  const cut = '/mailu/mailqueue/incoming/420669.651';
  await on(
    'node-1',
    `touch ${cut} && chmod 600 ${cut} && chown --reference=/mailu/mailqueue/incoming ${cut}`,
  );
  const { node } = await taskOf('smtp');
  await on(node, 'docker kill $(docker ps -q --filter label=com.docker.swarm.service.name=mailu_smtp)');
  const back = await eventually('smtp takes a message', 120, async () => {
    const refused = await send('node-1', 'after-the-cut');
    return refused === undefined;
  });
  await eventually('it is delivered', 60, async () =>
    (await subjects(front('node-1'))).includes('after-the-cut'),
  );
  figure('smtp killed in the middle of a message, seconds until it takes the next', Math.round(back.seconds));
  expect(await logOf('smtp')).toContain(
    `/queue/incoming/${cut.split('/').at(-1)} is empty and no message: removed`,
  );
});

test("a secret's value changed: a new version, the old one gone, its users updated, and the value nowhere to be seen", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'provision-lab-'));
  const secret = join(folder, 'relay');
  const canary = () => `canary-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
  const values = [canary(), canary()];
  const relayed = plain((mailu, tree) => {
    tree.secrets = { ...(tree.secrets as Tree), relay: { file: secret } };
    mailu.relay = { host: '[172.31.77.200]:25', user: 'somebody', password: 'relay' };
  });
  const known = [...values, mailPassword()];
  const watches = await Promise.all(NODES.map((node) => watchArguments(node, known)));
  const outputs: string[] = [];
  const run = async (...args: string[]) => {
    const ran = await provision(...args);
    outputs.push(ran.stdout, ran.stderr);
    return ran;
  };

  writeFileSync(secret, values[0] ?? '', { mode: 0o600 });
  expect((await run(relayed, '-v')).code).toBe(0);
  const names = () => on('node-1', "docker secret ls --format '{{.Name}}' | grep relay-password");
  const first = await names();
  const before = await allTasks();

  writeFileSync(secret, values[1] ?? '', { mode: 0o600 });
  const planned = await json('plan', relayed);
  outputs.push(planned.stdout);
  expect(plannedLines(planned)).toEqual([
    'node-1: docker-secret mailu_relay-password: version',
    `node-1: docker-superseded secret mailu_relay-password: ${first}`,
    'node-1: stack mailu: smtp secret /run/secrets/relay-password',
  ]);
  expect((await run(relayed, '--output', 'json')).code).toBe(0);
  const second = await names();
  expect(second).toMatch(/^mailu_relay-password_[0-9a-f]{12}$/);
  expect(second).not.toBe(first);
  const after = await allTasks();
  expect(Object.keys(after).filter((service) => String(after[service]) !== String(before[service]))).toEqual([
    'smtp',
  ]);
  expect((await run('status', relayed)).code).toBe(0);
  expect((await run('logs', relayed, 'smtp')).code).toBe(0);

  const seen = await Promise.all(watches.map((stop) => stop()));
  figure('looks at the arguments of all processes, secrets found', [
    seen.reduce((sum, { looks }) => sum + looks, 0),
    seen.reduce((sum, { found }) => sum + found, 0),
  ]);
  for (const { looks, found } of seen)
    expect({ enough: looks > 50, found }).toEqual({ enough: true, found: 0 });
  for (const value of known) expect(outputs.join('\n')).not.toContain(value);
  for (const node of NODES)
    expect({ node, ...(await seenOn(node, known)) }).toEqual({ node, files: '', told: '0' });
  expect(await send('node-1', 'after-rotation')).toBeUndefined();
  await eventually('mail goes on', 60, async () =>
    (await subjects(front('node-2'))).includes('after-rotation'),
  );
  expect((await json(file)).code).toBe(0);
  expect(await on('node-1', "docker secret ls --format '{{.Name}}' | grep -c relay-password || true")).toBe(
    '0',
  );
});
