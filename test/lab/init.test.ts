import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { inventory, plannedLines, provision, provisionIn, refusals, type Tree } from './harness.ts';
import { up } from './lab.ts';
import { nodeOf } from './node.ts';
import { failures } from './steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-init-'));
/** The passwords that what is written may ask for. */
const PASSWORDS = { MAIL_ADMIN_PASSWORD: 'a long password', MAIL_DATABASE_PASSWORD: 'another' };

beforeAll(() => up({ nodes: 3, fresh: true, internet: true }));

/** Puts in how the lab is logged in to, and nothing else. */
function reachable(file: string, nodes: number): string {
  const written = parse(readFileSync(file, 'utf8')) as Tree & { hosts: Record<string, Tree> };
  const lab = parse(readFileSync(inventory(nodes), 'utf8')) as typeof written;
  written.ssh = lab.ssh;
  written.secrets = { ...(written.secrets as Tree), ...(lab.secrets as Tree) };
  for (const [name, { ssh }] of Object.entries(lab.hosts)) (written.hosts[name] as Tree).ssh = ssh;
  const reached = `${file}.reached.yaml`;
  writeFileSync(reached, stringify(written));
  return reached;
}

test.each([
  ['three hosts, mail on GlusterFS', 3, ['--domain', 'example.org']],
  ['three hosts, one front', 3, ['--domain', 'example.org', '--tls', 'letsencrypt']],
  [
    'three hosts, accounts elsewhere',
    3,
    ['--domain', 'example.org', '--database', 'mysql', '--database-server', '192.0.2.9'],
  ],
  ['three hosts without mail', 3, ['--domain', '', '--storage', 'none']],
  ['one host with mail', 1, ['--domain', 'example.org']],
])('%s: a plan of what init writes is accepted', async (name, nodes, args) => {
  const file = join(folder, `${name}.yaml`);
  const hosts = Array.from({ length: nodes }, (_, index) => nodeOf(index + 1)).flatMap(
    ({ name: host, address }) => ['--host', `${host}=${address}`],
  );
  expect(await provision('init', file, ...hosts, '--user', 'root', ...args)).toMatchObject({
    code: 0,
    stderr: '',
  });
  const planned = await provisionIn(PASSWORDS, 'plan', reachable(file, nodes), '--output', 'json');
  expect({ code: planned.code, failures: failures(planned), refusals: refusals(planned) }).toEqual({
    code: 0,
    failures: [],
    refusals: [],
  });
  expect(plannedLines(planned).length).toBeGreaterThan(5);
});
