import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Surroundings } from '../../playbooks/mailu/service.ts';
import { stackFile } from '../../playbooks/mailu/stack.ts';
import { clusterSettings, type Mailu } from '../../playbooks/settings/mailu.ts';
import { LEASE } from '../../playbooks/storage/options.ts';
import { parseCompose } from '../../src/resources/stack/compose.ts';
import { differing } from '../../src/resources/stack/fields.ts';
import { wantedServices } from '../../src/resources/stack/wanted.ts';
import { around, SWITCHED_ON, withSecrets } from './around.ts';

const SMALL = 'domain: example.org\nhostnames: [mail.example.org]\n';
const read = (text: string): Mailu => clusterSettings.parse(parse(SMALL + text)) as Mailu;

const all: Surroundings = { ...withSecrets, adminNode: undefined };

const EVERYTHING = `${SWITCHED_ON}database: { kind: postgresql, server: db.example.org, port: 5433, password: d }
relay: { host: '[smtp.example.net]:587', user: us$er, password: r }
replicas: { webmail: 2 }
resources: { imap: { limit: { memory: 1G, cpus: 1.5 } }, antivirus: { reserve: { memory: 2G } } }
variables: { AUTH_RATELIMIT_IP: 10/hour, LOG_LEVEL: INFO }
`;

test.each([
  ['small', '', around],
  ['everything', EVERYTHING, all],
  ['ingress', 'publish: ingress\nwebmail: snappymail\n', around],
  ['legacy', "version: '1.9'\nwebmail: rainloop\nwebdav: true\nantivirus: true\n", around],
])('%s: the stack file is one that swarm keeps whole', async (name, text, surroundings) => {
  const file = stackFile(read(text), surroundings);
  parseCompose(file);
  await expect(file).toMatchFileSnapshot(`stack/${name}.yaml`);
});

/** `service field` for each difference between two inventories. */
function differences(before: string, after: string): readonly string[] {
  const [one, other] = [before, after].map((text) =>
    wantedServices('mailu', parseCompose(stackFile(read(text), around))),
  );
  return [...(other?.keys() ?? [])].flatMap((service) =>
    differing(other?.get(service) ?? new Map(), one?.get(service) ?? new Map()).map(
      (field) => `${service} ${field}`,
    ),
  );
}

test.each([
  [
    'messageSizeLimit: 1000000\n',
    ['front', 'admin', 'smtp'].map((service) => `${service} environment MESSAGE_SIZE_LIMIT`),
  ],
  ['resources: { imap: { limit: { memory: 1G } } }\n', ['imap limit memory']],
  ['variables: { COMPRESSION: gz }\n', ['imap environment COMPRESSION']],
  ["relay: { host: 'smtp.example.net' }\n", ['smtp environment RELAYHOST']],
  [
    "version: '2024.06.9'\n",
    ['front', 'admin', 'imap', 'smtp', 'antispam'].map((service) => `${service} image`),
  ],
])('%s changes what it should, and no other service', (text, expected) => {
  expect(differences('', text)).toEqual(expected);
});

test('no service on a network of its own can send or log in as one that is trusted', () => {
  const { services, networks } = parseCompose(stackFile(read(EVERYTHING), all));
  for (const name of ['webmail', 'webdav', 'antivirus', 'oletools', 'tika'])
    expect(Object.keys(services[name]?.networks ?? {})).not.toContain('default');
  expect(networks.oletools).toMatchObject({ internal: true });
});

/** Who delivers ends what it has begun. */
const DRAINED: Readonly<Record<string, string>> = {
  smtp: 'master lmtp smtp local pipe virtual',
  imap: 'dovecot lmtp',
};
const drained = (name: string) => (name in DRAINED ? ['--drain', DRAINED[name]] : []);

test('what one alone may write is written under the lease, and stopped before the next starts', () => {
  const { services } = parseCompose(stackFile(read(EVERYTHING), all));
  for (const name of ['imap', 'smtp', 'redis', 'antispam', 'webdav', 'fetchmail', 'admin']) {
    const lease = [
      '/provision-lease',
      '--waiting',
      '/dev/shm/provision-waiting',
      ...drained(name),
      `/leases/${name}`,
    ];
    expect(services[name]?.entrypoint?.slice(0, lease.length)).toEqual(lease);
  }
  for (const { entrypoint, stop_grace_period: docker } of Object.values(services)) {
    if (entrypoint?.[0] !== '/provision-lease') continue;
    // Docker waits 2 s before SIGTERM; a minute after its order swarm starts the next task in any case (see LEASE).
    expect(Number.parseInt(docker ?? '', 10)).toBeGreaterThan(LEASE.grace);
    expect(2 + Number.parseInt(docker ?? '', 10) + LEASE.handover).toBeLessThan(60);
  }
  for (const { deploy } of Object.values(services)) {
    expect(deploy.update_config?.order).toBe('stop-first');
    expect(deploy.rollback_config?.order).toBe('stop-first');
  }
});

test('who runs under a lease names its place: the swarm, the service, the slot; unknown before there is a swarm', () => {
  const place = (swarm: string | undefined) =>
    parseCompose(stackFile(read(''), { ...around, swarm })).services.imap?.environment.PROVISION_PLACE;
  expect(place('abc')).toBe('abc.{{.Service.Name}}.{{.Task.Slot}}');
  expect(place(undefined)).toBeUndefined();
});

test.each([
  ['', [25, 80, 443, 465, 993, 995, 4190]],
  ["version: '2.0'", [25, 80, 443, 465, 993, 995]],
  ['tls: { kind: notls }', [25, 80, 110, 143, 587, 4190]],
  ['tls: { kind: notls }\nports: [25, 80]', [25, 80]],
])('ports of the front with "%s"', (text, expected) => {
  const front = parseCompose(stackFile(read(text), around)).services.front;
  expect(front?.ports.map(({ published }) => published)).toEqual(expected);
  expect(front?.environment.PORTS).toBe(expected.join(','));
});

test.each([
  ['', '/admin'],
  ['webmail: roundcube', '/webmail'],
  ['admin: { ui: false }', undefined],
  ['variables: { WEBROOT_REDIRECT: none }', 'none'],
])('where / leads to with "%s"', (text, expected) => {
  const { front, admin } = parseCompose(stackFile(read(text), around)).services;
  expect(front?.environment.WEBROOT_REDIRECT).toBe(expected);
  expect(admin?.environment).not.toHaveProperty('WEBROOT_REDIRECT');
});

test('1.9 is given names where it would keep the addresses of its start', () => {
  const { front, admin, imap, smtp, antispam } = parseCompose(
    stackFile(read("version: '1.9'\n"), around),
  ).services;
  expect(front?.environment).toMatchObject({
    ADMIN_ADDRESS: 'admin',
    ANTISPAM_WEBUI_ADDRESS: 'antispam:11334',
  });
  expect(front?.environment).not.toHaveProperty('WEBMAIL_ADDRESS');
  expect(admin?.environment).toMatchObject({
    IMAP_ADDRESS: 'imap',
    SMTP_ADDRESS: 'smtp',
    REDIS_ADDRESS: 'redis',
  });
  expect(imap?.environment).toMatchObject({ FRONT_ADDRESS: 'front', ADMIN_ADDRESS: 'admin' });
  expect(smtp?.environment).toMatchObject({
    LMTP_ADDRESS: 'imap:2525',
    ANTISPAM_MILTER_ADDRESS: 'antispam:11332',
  });
  expect(antispam?.environment).toMatchObject({ REDIS_ADDRESS: 'redis', ADMIN_ADDRESS: 'admin' });
});

const front = (text: string) => parseCompose(stackFile(read(text), around)).services.front;
const LIVE = '/certs/letsencrypt/live';

test.each([
  ['', ['/certs/cert.pem', '/certs/key.pem']],
  [
    'tls: { kind: letsencrypt }',
    ['mailu', 'mailu-ecdsa'].flatMap((name) => [
      `${LIVE}/${name}/nginx-chain.pem`,
      `${LIVE}/${name}/privkey.pem`,
    ]),
  ],
])('with "%s" front sees to its certificates, and is healthy without them', (text, files) => {
  const { entrypoint, healthcheck } = front(text) ?? {};
  expect(entrypoint?.join(' ')).toContain(`/provision-certificates ${files.join(' ')} -- /`);
  if (healthcheck === undefined || 'disable' in healthcheck) throw new Error('no check of health');
  const [, test = ''] = healthcheck.test ?? [];
  for (const file of files) expect(test).toContain(`|| [ ! -s ${file} ]`);
  expect(test).not.toContain('master.pid');
});

test('without TLS, and in 1.9, there are no certificates to see to; before 2024.06 the image says who is healthy', () => {
  expect(front('tls: { kind: notls }')?.entrypoint?.join(' ')).not.toContain('provision-certificates');
  expect(front("version: '1.9'")?.entrypoint).toEqual([
    '/provision-drain',
    '25',
    '10025',
    '2525',
    '--',
    '/start.py',
  ]);
  expect(front("version: '2.0'")?.entrypoint).toContain('/provision-certificates');
  expect(front("version: '2.0'")?.healthcheck).not.toHaveProperty('test');
});

test.each(['', "version: '2.0'", "version: '1.9'", 'tls: { kind: notls }'])(
  'with "%s" front ends after the messages that go through it',
  (text) => {
    const { entrypoint, stop_grace_period: grace } = front(text) ?? {};
    expect(entrypoint?.slice(0, 5)).toEqual(['/provision-drain', '25', '10025', '2525', '--']);
    expect(entrypoint?.at(-1)).toBe('/start.py');
    expect(Number.parseInt(grace ?? '', 10)).toBeGreaterThan(8 + 2);
  },
);

test('antispam waits for the names of what it asks, and looks them up again when they move', () => {
  const words = (text: string) =>
    parseCompose(stackFile(read(text), around)).services.antispam?.entrypoint?.join(' ');
  const all = words('antivirus: true\noletools: true\n');
  for (const name of ['redis', 'antivirus', 'oletools']) {
    expect(all).toContain(` --await ${name} `);
    expect(all).toContain(
      `/provision-follow ${name} kill -HUP $(pidof rspamd | tr ' ' '\\n' | sort -n | head -n 1)`,
    );
  }
  expect(words('')).not.toMatch(/antivirus|oletools/);
});
