import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inspectMailu } from '../../playbooks/mailu/inspect.ts';
import {
  clusterSettings,
  type Facts,
  type Mailu,
  type MailuCluster,
} from '../../playbooks/settings/mailu.ts';
import type { GivenFile } from '../../src/facts/index.ts';
import { mailData } from './mail-hosts.ts';

const NETWORKS = { ingress: ['10.0.0.0/24'], docker_gwbridge: ['172.18.0.0/16'], mailu: ['10.203.0.0/24'] };

const CERTIFICATE = ['/mailu/certs/cert.pem', '/mailu/certs/key.pem'] as const;
const each = (chain: GivenFile, key: GivenFile) => ({ [CERTIFICATE[0]]: chain, [CERTIFICATE[1]]: key });
const THERE = each('there', 'there');

interface Host {
  readonly front?: boolean;
  readonly listeners?: Facts['listeners'];
  readonly engines?: Facts['engines'];
  readonly containers?: readonly object[];
  readonly docker?: Readonly<Record<string, readonly string[]>>;
  readonly routes?: readonly string[];
  readonly mtu?: number;
  readonly certificate?: Facts['certificate'];
}

/** Codes of the findings, as `host: code`, and the first one's words. */
function findings(section: string, hosts: Readonly<Record<string, Host>> = { a: {} }, swarm: object = {}) {
  const settings = clusterSettings.parse(
    parse(`domain: example.org\nhostnames: [mail.example.org]\n${section}`),
  ) as Mailu;
  const cluster = {
    name: 'mail',
    settings,
    others: { swarm, storage: { kind: 'glusterfs', root: '/mailu' } },
    consents: new Set(),
    secret: () => expect.fail('no secret is read to inspect'),
    hosts: Object.entries(hosts).map(
      ([
        name,
        {
          front = true,
          listeners = [],
          engines = [],
          containers = [],
          docker = NETWORKS,
          routes = [],
          mtu = 1500,
          certificate = THERE,
        },
      ]) => ({
        name,
        address: '192.0.2.1',
        settings: { front },
        ahead: undefined,
        onHost: (command: string) => `on ${name}: ${command}`,
        facts: {
          machine: { routes, addresses: [{ device: 'eth0', cidr: '192.0.2.1/24' }] },
          networks: { mtu: { eth0: mtu }, docker },
          swarm: {},
          containers: [],
          listeners,
          engines,
          mailData: mailData({}),
          neighbours: { containers, former: [], names: {}, services: [] },
          openFiles: [],
          certificate,
        },
      }),
    ),
  } as unknown as MailuCluster;
  return [...inspectMailu(cluster)].filter(
    ({ code }) => code !== 'mailu-on-swarm' && code !== 'accounts-on-one-host',
  );
}
const codes = (...given: Parameters<typeof findings>) =>
  findings(...given).map(({ host, code, level }) => `${host ?? 'all'}: ${level} ${code}`);

test('a plain site is only told that Mailu is on swarm', () => {
  expect(codes('')).toEqual([]);
});

test.each<[string, string, Host, readonly string[]]>([
  [
    "a network of Docker's in Mailu's",
    '',
    { docker: { ...NETWORKS, other: ['10.203.0.128/25'] } },
    ['a: refuse subnet-not-alone'],
  ],
  ["the hosts' own in Mailu's", 'network: { subnet: 192.0.2.0/24 }', {}, ['a: refuse subnet-not-alone']],
  [
    'a route of a host',
    'network: { subnet: 10.9.0.0/24 }',
    { routes: ['10.0.0.0/8'] },
    ['a: refuse subnet-not-alone'],
  ],
  ['the ingress network may relay', 'relayNetworks: [10.0.0.0/16]', {}, ['a: refuse open-relay']],
  ["the bridge's network may relay", 'relayNetworks: [172.16.0.0/12]', {}, ['a: refuse open-relay']],
  ['another network may relay', 'relayNetworks: [192.168.7.0/24]', {}, []],
  ['ingress', 'publish: ingress', {}, ['all: warn ingress']],
  ['no encryption', 'tls: { kind: notls }', {}, ['all: warn notls']],
  ['an old Mailu', "version: '1.9'", {}, ['all: warn old-images']],
  ['an old Mailu from a registry', "version: '1.9'\nregistry: example.org/mailu", {}, []],
])('%s', (_name, section, host, expected) => {
  expect(codes(section, { a: host })).toEqual(expected);
});

test('a mesh that would send more than the hosts carry is named with what to write', () => {
  const narrow = { a: {}, b: { mtu: 1380 } };
  expect(codes('', narrow)).toEqual([]);
  expect(codes('publish: ingress', narrow)).toEqual(['all: warn ingress', 'all: warn ingress-mtu']);
  expect(findings('publish: ingress', narrow)[1]?.fix).toEqual([
    'write into the inventory: swarm: { ingress: { mtu: 1380 } }',
  ]);
  expect(codes('publish: ingress', narrow, { ingress: { mtu: 1380 } })).toEqual(['all: warn ingress']);
});

test('a port that another program has is named once, with what to do; that of Docker is ours', () => {
  const exim = { address: '127.0.0.1', port: 25, program: 'exim4', pid: 7, unit: 'exim4.service' };
  const here = [exim, { ...exim, address: '[::1]' }, { ...exim, port: 22, program: 'sshd' }];
  expect(findings('', { a: { listeners: here }, b: { listeners: here, front: false } })).toEqual([
    {
      level: 'refuse',
      code: 'port-in-use',
      host: 'a',
      message:
        "port 25, which Mailu's front opens, is used by exim4 (exim4.service). The command below ends all that it does",
      fix: [
        'on a: systemctl disable --now exim4.service',
        'or make this host no front: hosts.a.mailu.front: false',
      ],
    },
  ]);
  expect(codes('', { a: { listeners: null } })).toEqual([]);
});

const PROXY = { address: '0.0.0.0', port: 25, program: 'docker-proxy', pid: 9, unit: 'docker.service' };
const published = {
  engine: 'docker',
  name: 'x',
  image: 'x',
  running: true,
  service: 'mailu_front',
  ports: [25],
  mounts: [],
  keeps: [],
};

test("a port of Docker's is told with the container that has it, and named where none does", () => {
  expect(codes('', { a: { listeners: [PROXY], containers: [published] } })).toEqual([]);
  expect(codes('', { a: { listeners: [PROXY], containers: [{ ...published, running: false }] } })).toEqual([
    'a: refuse port-in-use',
  ]);
  const [unknown] = findings('', { a: { listeners: [{ ...PROXY, unit: 'snap.docker.dockerd.service' }] } });
  expect([unknown?.message, ...(unknown?.fix ?? [])]).toEqual([
    "port 25, which Mailu's front opens, is used by docker-proxy (process 9)",
    'let that program use another port, or end it when its work is done: on a: ps -fp 9',
    'or make this host no front: hosts.a.mailu.front: false',
  ]);
});

test.each([
  ['ssh.service', 'python3'],
  ['sshd.service', 'sshd'],
  ['cron.service', 'python3'],
  ['user@1000.service', 'nginx'],
  [undefined, 'nginx'],
])('a program of %s is named by its process, and the unit goes on', (unit, program) => {
  const listener = { address: '*', port: 80, program, pid: 77, unit };
  const [finding] = findings('', { a: { listeners: [listener] } });
  expect(finding?.message).toBe(`port 80, which Mailu's front opens, is used by ${program} (process 77)`);
  expect(finding?.fix.join()).not.toContain('systemctl');
});

test('a port that systemd itself has is of a socket unit', () => {
  const listener = { address: '*', port: 25, program: 'systemd', pid: 1, unit: undefined };
  expect(findings('', { a: { listeners: [listener] } })[0]?.fix[0]).toContain('systemctl list-sockets');
});

test('another engine is refused where it can do all, for its containers are in no list', () => {
  const snap = { pid: 5, unit: 'snap.docker.dockerd.service', user: 'root', socket: '/run/docker.sock' };
  expect(findings('', { a: { engines: [snap] } })).toEqual([
    {
      level: 'refuse',
      code: 'other-engine',
      host: 'a',
      message:
        "another Docker engine runs here (process 5, snap.docker.dockerd.service, of root): its containers are not seen, and may write Mailu's files or have its ports. Look at them. If one is a mail server or has such a port, end it; if nothing needs the engine, remove it",
      fix: ['on a: ps -fp 5; docker -H unix:///run/docker.sock ps --all'],
    },
  ]);
  const rootless = { pid: 6, unit: undefined, user: 'otto', socket: undefined };
  expect(codes('', { a: { engines: [rootless] } })).toEqual(['a: warn other-engine']);
});

test.each([
  [
    'on the bare hosts of a first run',
    [each('missing', 'missing'), each('missing', 'missing')],
    ['no-certificate'],
  ],
  ['half of it', [each('there', 'missing')], ['no-certificate']],
  ['one host that has not mounted the storage', [each('missing', 'missing'), THERE], []],
  ['nobody could look', [each(undefined, undefined)], []],
  ['links of certbot', [each('leads out', 'leads out')], ['certificate-elsewhere']],
])('a certificate that a front would not find is told: %s', (_name, hosts, expected) => {
  const site = Object.fromEntries(hosts.map((certificate, index) => [`h${index}`, { certificate }]));
  expect(findings('', site).map(({ code }) => code)).toEqual(expected);
  // It is a secret of the swarm's, or there is none.
  expect(findings('tls: { kind: cert, certificate: c, key: k }', site)).toEqual([]);
});
