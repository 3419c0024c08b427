import { expect, test } from 'vitest';
import site from '../../playbooks/site.ts';
import { misspelt } from '../../src/cli/misspelt.ts';
import { onlyStages } from '../../src/cli/only-stages.ts';
import { readText } from '../../src/cli/project.ts';
import { causeOf } from '../../src/engine/causes.ts';
import { noShell } from '../../src/engine/no-shell.ts';
import { ConfigError, type Finding } from '../../src/errors/index.ts';
import type { MachineFacts } from '../../src/facts/index.ts';
import { selectHosts } from '../../src/inventory/index.ts';
import { errorText, findingText } from '../../src/render/error-text.ts';
import { styleOf } from '../../src/render/index.ts';
import { inspectSwarm } from '../../src/rules/inspect-swarm.ts';
import { inspectMachines } from '../../src/rules/machine.ts';
import { inspectPorts } from '../../src/rules/ports.ts';
import { sh } from '../../src/shell/index.ts';
import { FakeTransport } from '../../src/testing/index.ts';
import type { NotIn } from '../../src/transport/ssh-client.ts';
import { connectFailure, type Ways } from '../../src/transport/ssh-failure.ts';
import { withSudo } from '../../src/transport/sudo.ts';
import { host, machine, node, says } from '../rules/swarm.ts';

/** Whose errors are read aloud, from the top to the end, at 80 columns. */
const GOLDEN = './first-hour.txt';
const c = styleOf({ isTTY: true, columns: 80 }, { NO_COLOR: '1' });
const told: string[] = [];

function tell(title: string, lines: readonly string[]): void {
  expect(lines.length).toBeGreaterThan(0);
  told.push(`## ${numbers + 1}. ${title}`, '', ...lines, '');
  numbers++;
}
let numbers = 0;

const failed = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing failed');
};

const HOSTS = 'cluster: mail\nhosts:\n  mail-1: { address: 192.0.2.1, swarm: { role: manager } }\n';
const THREE = `cluster: mail
hosts:
  mail-1: { address: 192.0.2.1, swarm: { role: manager } }
  mail-2: { address: 192.0.2.2, swarm: { role: manager } }
  mail-3: { address: 192.0.2.3, swarm: { role: manager } }
`;
const MAIL = 'mailu: { domain: example.org, hostnames: [mail.example.org]';

function mistakes(text: string): readonly string[] {
  const error = failed(() => readText(text, 'my.yaml', { run: site, sections: site }));
  if (!(error instanceof ConfigError)) throw error;
  return error.message.split('\n').map((line) => c.fold(line));
}

test('the errors of the first hour', async () => {
  for (const words of [['plam', 'my.yaml'], ['my.yaml', 'plan'], ['prod']])
    tell(`provision ${words.join(' ')}`, [
      `error: ${misspelt(words, ['plan', 'status', 'init'], (file) => file === 'my.yaml')}`,
    ]);
  const inventory = readText(THREE, 'my.yaml', { run: site, sections: site }).inventory;
  tell(
    '--limit node-1',
    errorText(
      undefined,
      failed(() => selectHosts(inventory, 'node-1')),
      c,
    ),
  );
  tell(
    '--stage mount',
    errorText(
      undefined,
      failed(() => onlyStages(site, ['mount'])),
      c,
    ),
  );

  const inventories: readonly (readonly [string, string])[] = [
    ['a tab', `${HOSTS}storage:\n\tkind: nfs\n`],
    ['no hosts', 'cluster: mail\n'],
    ['a misspelt key', `${HOSTS}storage: { kind: nfs, sever: 192.0.2.9, export: /srv }\n`],
    ['an address without its name', 'cluster: mail\nhosts:\n  - 192.0.2.1\n'],
    [
      'a number of managers that is even',
      `${HOSTS}  mail-2: { address: 192.0.2.2, swarm: { role: manager } }\n`,
    ],
    ['no manager', 'cluster: mail\nhosts: { mail-1: { address: 192.0.2.1 } }\n'],
    ['an address twice', `${HOSTS}  mail-2: { address: 192.0.2.1 }\n`],
    ['three copies on two hosts', `${HOSTS}  mail-2: { address: 192.0.2.2 }\nstorage: { kind: glusterfs }\n`],
    ['two copies', `${THREE}storage: { kind: glusterfs, replica: 2 }\n`],
    ['NFS without its server', `${THREE}storage: { kind: nfs }\n`],
    [
      'a mount point of the system',
      `${THREE}storage: { kind: nfs, server: 192.0.2.9, export: /srv, root: /etc }\n`,
    ],
    ['mail without storage', `${THREE}${MAIL} }\n`],
    ['no name of the mail server', `${HOSTS}mailu: { domain: example.org }\n`],
    ['a version that YAML takes for a number', `${HOSTS}${MAIL}, version: 2024.06 }\n`],
    ['a version of before', `${HOSTS}${MAIL}, version: "1.7" }\n`],
    [
      "Let's Encrypt with three fronts",
      `${THREE}storage: { kind: nfs, server: 192.0.2.9, export: /srv }\n${MAIL}, tls: { kind: letsencrypt } }\n`,
    ],
    ['a secret that nobody has named', `${HOSTS}${MAIL}, admin: { password: admin } }\n`],
    [
      'a domain in letters that DNS writes otherwise',
      `${THREE}storage: { kind: nfs, server: 192.0.2.9, export: /srv }\nmailu: { domain: schüle.example, hostnames: [Mail.schüle.example.] }\n`,
    ],
    ['who logs in, in the address', HOSTS.replace('192.0.2.1', 'deploy@192.0.2.1')],
    ['a variable of another program', HOSTS.replace('192.0.2.1', '$' + '{IP}')],
    ['quotes in a value', `${HOSTS}${MAIL}, variables: { SITENAME: "'Mail'" } }\n`],
    [
      'what holds for the whole, said for a host',
      'cluster: mail\nhosts:\n  mail-1: { address: 192.0.2.1, swarm: { role: manager }, storage: { root: /mailu } }\n',
    ],
  ];
  for (const [title, text] of inventories) tell(title, mistakes(text));

  const tried = { address: '192.0.2.1', port: 22, user: 'deploy', jumps: [] };
  const broken = (error: object) => ({ error: { message: '', ...error }, said: '', hungUp: false });
  const hungUp = (said: string) => ({ error: new Error('the connection was closed'), said, hungUp: true });
  const certificates: Ways['certificates'] = [];
  const key: Ways = { certificates, offered: ['/home/anna/.ssh/id_ed25519'], agent: 'there is no agent' };
  const none: Ways = { certificates, offered: [] };
  const both = ['publickey', 'password'];
  const two: Ways = { certificates, offered: ['the agent', '/home/anna/.ssh/id_ed25519'] };
  const denied = broken({ level: 'client-authentication' });
  const logins: readonly (readonly [string, NotIn, Ways])[] = [
    ['nothing listens', broken({ code: 'ECONNREFUSED' }), none],
    ['a machine that is off', broken({ code: 'EHOSTUNREACH' }), none],
    ['a name that nobody knows', broken({ code: 'ENOTFOUND' }), none],
    ['a firewall that drops', broken({ code: 'ETIMEDOUT' }), none],
    ['keys that are not taken', denied, { ...two, takes: both }],
    ['a key that is not taken, where nothing else is', denied, { ...key, takes: ['publickey'] }],
    ['a host that takes no keys', denied, { ...key, takes: ['password'] }],
    ['a host that wants a key and a password', denied, { ...key, takes: ['password'], partly: true }],
    ['no key at all', denied, { ...none, takes: both, agent: 'there is no agent' }],
    [
      'an agent that is gone',
      denied,
      { ...none, takes: both, agent: 'the agent at /tmp/ssh-XX/agent.1 does not answer' },
    ],
    ['too many keys', broken({ message: 'Too many authentication failures' }), two],
    [
      'a machine that is still starting',
      hungUp(
        '"System is booting up. Unprivileged users are not permitted to log in yet. Please come back later. For technical details, see pam_nologin(8)."\n',
      ),
      key,
    ],
    [
      'an account that has expired',
      hungUp('Your account has expired; please contact your system administrator.\n'),
      key,
    ],
    ['a machine in maintenance', hungUp('Down for maintenance until noon.\n'), key],
    ['a server that hangs up', hungUp(''), key],
    ['a connection that breaks', broken({ message: 'Connection lost before handshake' }), none],
  ];
  for (const [title, notIn, ways] of logins)
    tell(title, errorText('mail-1', connectFailure(notIn, tried, ways), c));
  const old = {
    blob: Buffer.of(),
    key: Buffer.of(),
    algorithm: '',
    id: 'alex',
    from: 0n,
    until: 1767225600n,
  };
  const expired: Ways = {
    offered: [...key.offered, '/home/anna/.ssh/id_ed25519-cert.pub'],
    certificates: [{ name: 'the certificate /home/anna/.ssh/id_ed25519-cert.pub', certificate: old }],
    takes: ['publickey'],
  };
  tell('a certificate that has expired', errorText('mail-1', connectFailure(denied, tried, expired), c));
  tell(
    "the user of a cloud's image",
    errorText(
      'mail-1',
      noShell({
        code: 142,
        stdout: 'Please login as the user "debian" rather than the user "root".\n\n',
        stderr: '',
      }),
      c,
    ),
  );
  tell(
    'a login without a shell',
    errorText(
      'mail-1',
      noShell({ code: 1, stdout: 'This account is currently not available.\n', stderr: '' }),
      c,
    ),
  );
  for (const [title, words] of [
    ['no sudo', ['absent']],
    ['sudo that asks for a password', ['password']],
  ] as const) {
    await using transport = withSudo(
      new FakeTransport([
        {
          script: /become\(\)/,
          reply: (script, options) => {
            const nonce = /sudo-[0-9a-f]{24}/.exec(script.shown)?.[0] ?? '';
            for (const word of words) options.onOutput?.('stdout', `${nonce} ${word}\n`);
            return { stdout: '' };
          },
        },
      ]),
      undefined,
    );
    tell(title, errorText('mail-1', await transport.run(sh`true`).catch((error: unknown) => error), c));
  }

  const onHost = (command: string) => `ssh root@192.0.2.1 '${command}'`;
  const finding = (all: readonly Finding[]) => all.flatMap((each) => findingText(each, c));
  const machines = (...changes: readonly Partial<MachineFacts>[]) =>
    inspectMachines(
      changes.map((change, index) => ({
        name: `mail-${index + 1}`,
        facts: { machine: machine(`mail-${index + 1}`, change) },
        ahead: {
          least: change.clock === undefined ? 0 : 100,
          most: change.clock === undefined ? 0.2 : 100.2,
        },
        onHost,
      })),
      { clockSkew: 30, freeBytes: 2 * 2 ** 30 },
    );
  const os = {
    id: 'debian',
    version: '11',
    name: 'Debian GNU/Linux 11 (bullseye)',
    codename: 'bullseye',
    like: [],
  };
  tell('an old system', finding(machines({ os })));
  tell('no systemd', finding(machines({ systemd: false })));
  tell('a login that is not root', finding(machines({ root: false })));
  tell('a disk that is nearly full', finding(machines({ freeBytes: 2 ** 29 })));
  tell('two machines of one name', finding(machines({ hostname: 'debian' }, { hostname: 'debian' })));
  const one = { hostname: 'debian', machineId: '1', bootId: 'b6ffb286-4ad2-4d1b-b9a3-6ae3ce0bbbdb' };
  tell('one machine at two addresses', finding(machines(one, one)));
  tell('a machine that was cloned', finding(machines({ machineId: '1' }, { machineId: '1' })));
  tell('a clock that is wrong', finding(machines({ clock: 1 }, {}, {})));
  const bare = { kind: 'none', opened: [], unknown: undefined } as never;
  tell(
    'a firewall between two hosts',
    finding(
      inspectPorts(
        [
          {
            name: 'mail-1',
            address: '192.0.2.1',
            settings: { role: 'manager' },
            facts: {
              ports: [
                { host: 'mail-2', port: 2377, state: 'silent' },
                { host: 'mail-2', port: 7946, state: 'silent' },
              ],
              firewall: bare,
            },
          },
          {
            name: 'mail-2',
            address: '192.0.2.2',
            settings: { role: 'manager' },
            facts: { ports: [], firewall: bare },
          },
        ] as never,
        true,
      ),
    ),
  );

  const swarm = (...all: readonly ReturnType<typeof host>[]) => finding(inspectSwarm(all as never));
  tell(
    'a host that does not answer, before the first swarm',
    swarm(
      host('mail-1', 'manager', says.bare),
      host('mail-2', 'manager', undefined),
      host('mail-3', 'manager', says.bare),
    ),
  );
  tell(
    'hosts in two swarms',
    swarm(
      host('mail-1', 'manager', says.manager('n1', [node('mail-1', 'n1')], 'swarm-a')),
      host('mail-2', 'manager', says.manager('n2', [node('mail-2', 'n2')], 'swarm-b')),
      host('mail-3', 'manager', says.bare),
    ),
  );
  tell(
    'a swarm that is locked',
    swarm(
      host('mail-1', 'manager', says.state('locked')),
      host('mail-2', 'manager', says.bare),
      host('mail-3', 'manager', says.bare),
    ),
  );

  for (const words of [
    'E: Failed to fetch http://mirror.example.org/dists/stable/InRelease  Temporary failure resolving',
    'dpkg: error: unable to write: No space left on device',
    'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)',
    'E: Release file for http://deb.debian.org/debian/dists/trixie/InRelease is not valid yet (invalid for another 3h 5min 2s). Updates for this repository will not be applied.',
    "E: Package 'docker.io' has no installation candidate",
    'dpkg: error processing package grub-pc (--configure):\n installed grub-pc package post-installation script subprocess returned error exit status 1',
    "Error: Failed to download metadata for repo 'appstream': Cannot prepare internal mirrorlist: No URLs in mirrorlist",
  ]) {
    const cause = causeOf(words);
    tell(`"${words}"`, [
      c.fold(`error  mail-1: install docker.io failed: it said "${cause?.said}": ${cause?.message}`),
      `  fix: ${cause?.fix}`,
    ]);
  }

  process.stdout.write(`figure  errors of the first hour, read at 80 columns: ${numbers}\n`);
  await expect(`${told.join('\n').trimEnd()}\n`).toMatchFileSnapshot(GOLDEN);
});
