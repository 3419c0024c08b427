import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/engine/index.ts';
import { planText, styleOf } from '../../src/render/index.ts';
import { unsaid } from '../render/said.ts';
import { figure, json, type Tree } from './harness.ts';
import { bareMailNodes, mailInventory } from './mail.ts';
import { goesThrough, on } from './steps.ts';

/** Where plans are kept as JSON, if anywhere: those in `test/render/plans` were made so. */
const { LAB_PLANS } = process.env;

const terminal = styleOf({ isTTY: true, columns: 80 }, { NO_COLOR: '1' });

/** What `provision plan` shows on a terminal of 80 columns, and what of the JSON that does not say. */
async function planned(name: string, file: string) {
  const ran = await json('plan', file);
  const { plan } = ran.events.find(({ kind }) => kind === 'planned') as unknown as { plan: Plan };
  if (LAB_PLANS !== undefined) {
    mkdirSync(LAB_PLANS, { recursive: true });
    writeFileSync(join(LAB_PLANS, `${name}.json`), `${JSON.stringify(plan)}\n`);
  }
  const text = planText(plan, terminal);
  const lines = text.split('\n').length;
  figure(`lines of the plan "${name}"`, lines);
  process.stdout.write(`${text}\n\n`);
  return { code: ran.code, lines, unsaid: unsaid(plan, text), text };
}

/** A certificate for the same name as the one that is deployed, made later. */
function anotherPair() {
  const folder = mkdtempSync(join(tmpdir(), 'provision-lab-'));
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const name = ['-subj', '/CN=mail.example.org', '-addext', 'subjectAltName=DNS:mail.example.org'];
  const made = ['-newkey', 'rsa:2048', '-noenc', '-days', '30', '-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', ...made, ...name], { stdio: 'ignore' });
  for (const file of [certificate, key]) chmodSync(file, 0o600);
  return { certificate, key };
}

beforeAll(async () => {
  await bareMailNodes(4);
});

test('the first plan of the lab is read: at most 100 lines, and all is said', async () => {
  const first = await planned('first', 'inventory/lab.yaml');
  expect(first).toMatchObject({ code: 0, unsaid: [] });
  expect(first.lines).toBeLessThanOrEqual(100);
});

describe('once the site runs, a usual change is read: at most 30 lines, and all is said', () => {
  beforeAll(async () => {
    await goesThrough(mailInventory());
  }, 900_000);

  const usual: Readonly<Record<string, () => string | Promise<string>>> = {
    nothing: () => mailInventory(),
    version: () =>
      mailInventory((mailu) => {
        mailu.version = '2024.06.57';
      }),
    'host-added': () => mailInventory(undefined, 4),
    certificate: () =>
      mailInventory((_mailu, tree) => {
        const { certificate, key } = anotherPair();
        const secrets = tree.secrets as Tree;
        secrets.certificate = { file: certificate };
        secrets['certificate-key'] = { file: key };
      }),
    label: () =>
      mailInventory((_mailu, tree) => {
        (tree.hosts as Record<string, Tree>)['node-2'] = {
          ...(tree.hosts as Record<string, Tree>)['node-2'],
          swarm: { role: 'manager', labels: { zone: 'cellar' } },
        };
      }),
    'a larger message': () => mailInventory((mailu) => (mailu.messageSizeLimit = 80_000_000)),
    'another name': () =>
      mailInventory((mailu) => (mailu.hostnames = ['mail.example.org', 'imap.example.org'])),
    relayed: () => mailInventory((mailu) => (mailu.relay = { host: '[172.31.77.200]:25' })),
    webmail: () => mailInventory((mailu) => (mailu.webmail = 'snappymail')),
    'antivirus and full-text search': () =>
      mailInventory((mailu) => {
        mailu.antivirus = true;
        mailu.tika = true;
      }),
    'less memory': () =>
      mailInventory((mailu) => (mailu.resources = { antispam: { limit: { memory: '1G' } } })),
    'a front less': () =>
      mailInventory((_mailu, tree) => {
        const hosts = tree.hosts as Record<string, Tree>;
        hosts['node-3'] = { ...hosts['node-3'], mailu: { front: false } };
      }),
    'a person and a proxy': () =>
      mailInventory((_mailu, tree) => {
        tree.base = {
          users: { anna: { sudo: true } },
          proxy: { http: 'http://172.31.77.200:3128' },
        };
      }),
    'logs of Docker': () =>
      mailInventory((_mailu, tree) => {
        const docker = tree.docker as { settings: Tree };
        docker.settings['log-opts'] = { 'max-size': '20m', 'max-file': '5' };
      }),
    'a host retired': () =>
      mailInventory((_mailu, tree) => {
        const hosts = tree.hosts as Record<string, Tree>;
        hosts['node-3'] = { ...hosts['node-3'], swarm: { role: 'manager', availability: 'drain' } };
      }),
    'names of hosts': () => mailInventory((_mailu, tree) => (tree.base = { hostsEntries: true })),
    'drifted-file': async () => {
      await on('node-3', 'echo "net.ipv4.tcp_retries2 = 15" >/etc/sysctl.d/zz-provision.conf');
      return mailInventory();
    },
  };

  /** What a person has to see of a change before they agree. */
  const says: Readonly<Record<string, RegExp>> = {
    'a front less': /^Stops: front on node-3 /m,
    'a host retired': /^Stops: .*what runs on node-3 /m,
  };

  test.each(Object.entries(usual))('%s', async (name, change) => {
    const plan = await planned(name, await change());
    expect(plan).toMatchObject({ code: 0, unsaid: [] });
    expect(plan.lines).toBeLessThanOrEqual(30);
    expect(plan.text).toMatch(says[name] ?? /./);
  });
});
