import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { Dialogue } from '../../src/outside/dialogue.ts';
import { figure, findings, finished, json, NODES, provision } from './harness.ts';
import { exec } from './lab.ts';
import { allTasks, eventually, front, logIn, mailInventory, mailNodes, send } from './mail.ts';
import { nodeAt } from './mail-watch.ts';
import { nodeNamed } from './node.ts';
import { paths } from './state.ts';
import { failures, on } from './steps.ts';
import { withoutService } from './without-service.ts';

/** Seconds that Docker takes to call a front ill: six looks, 5 s apart. */
const ILL = 40;

let file = '';
beforeAll(async () => {
  await mailNodes();
  file = mailInventory((mailu) => {
    mailu.tls = { kind: 'cert' };
  });
});

const put = async (to: string, content: string, node = 'node-2') => {
  const { code } = await exec(node, `cat >/mailu/certs/${to}`, content);
  expect(code).toBe(0);
};
const warnings = (...given: Parameters<typeof findings>) => findings(...given).map(({ code }) => code);

/** The fingerprint of what a node's front shows. */
const shown = (node: string) =>
  new Promise<string>((resolve, reject) => {
    const { address: host } = nodeNamed(node);
    const socket = connect({ host, port: 993, rejectUnauthorized: false, timeout: 5000 }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
const allShow = (old: ReadonlySet<string>) =>
  eventually('each front shows another certificate', 60, async () => {
    const now = await Promise.all(NODES.map(shown));
    return now.every((one) => !old.has(one)) && new Set(now).size === 1 && now;
  });

/** A pair for the same name as another one, by itself. */
async function another(): Promise<{ readonly chain: string; readonly key: string }> {
  const made = await on(
    'node-1',
    'cd $(mktemp -d) && openssl req -x509 -newkey rsa:2048 -noenc -days 30 -subj /CN=mail.example.org -addext subjectAltName=DNS:mail.example.org -keyout key.pem -out cert.pem 2>/dev/null && cat cert.pem key.pem',
  );
  const at = made.indexOf('-----BEGIN PRIVATE KEY');
  return { chain: made.slice(0, at), key: `${made.slice(at)}\n` };
}

test('before the certificate is there the run says so and ends well; it is used as soon as it has come', async () => {
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(warnings(ran)).toContain('no-certificate');
  expect(finished(await json(file))?.changes).toBe(0);
  // Mail comes in, and nobody can read it yet.
  expect(await send('node-1', 'before-the-certificate')).toBeUndefined();
  const checked = await provision('check', file, '--no-wait');
  expect(checked.stdout + checked.stderr).toMatch(
    /993.*\/mailu\/certs\/cert\.pem and \/mailu\/certs\/key\.pem/s,
  );
  const before = await allTasks();
  await sleep(ILL * 1000);
  await put('cert.pem', readFileSync(paths.certificate, 'utf8'));
  await sleep(5000);
  await put('key.pem', readFileSync(paths.certificateKey, 'utf8'));
  const began = Date.now();
  const { seconds } = await eventually('somebody logs in at each front', 60, async () => {
    for (const node of NODES) {
      using dialogue = new Dialogue(await front(node)(993), 10_000);
      await logIn(dialogue);
    }
    return true;
  });
  figure('seconds from a certificate to a login at each of three fronts', Math.round(seconds));
  await sleep(Math.max(0, ILL * 1000 - (Date.now() - began)));
  expect(await allTasks()).toEqual(before);
  const after = await json(file);
  expect(warnings(after)).not.toContain('no-certificate');
  expect(finished(after)?.changes).toBe(0);
});

test.each([
  [
    'put in the place of the old one',
    'mv /mailu/certs/new-key /mailu/certs/key.pem; mv /mailu/certs/new /mailu/certs/cert.pem',
  ],
  ['written over the old one', 'cd /mailu/certs; cat new-key >key.pem; cat new >cert.pem; rm new new-key'],
])('a renewed certificate, %s, is shown by all, and no front is replaced', async (how, command) => {
  const before = await allTasks();
  const old = new Set(await Promise.all(NODES.map(shown)));
  const { chain, key } = await another();
  // Where it is renewed: another node may take a moment to see a file.
  await put('new', chain, 'node-3');
  await put('new-key', key, 'node-3');
  let session = 0;
  const stop = withoutService(async () => {
    using dialogue = new Dialogue(await front(nodeAt(session++))(993), 10_000);
    await logIn(dialogue);
  });
  await sleep(3000);
  await on('node-3', command);
  const { seconds } = await allShow(old);
  // As long as it would take Docker to replace them.
  await sleep(ILL * 1000);
  figure(`a certificate ${how}: shown by all after s, seconds without a login`, [
    Math.round(seconds),
    (await stop()).since,
  ]);
  expect(await allTasks()).toEqual(before);
});
