import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { inspectNeighbours } from '../../playbooks/mailu/neighbours.ts';
import {
  clusterSettings,
  type Facts,
  type Mailu,
  type MailuCluster,
} from '../../playbooks/settings/mailu.ts';
import { neighbourFacts, openFileFacts } from '../../src/facts/index.ts';
import { serviceRow } from '../facts/docker-stand-in.ts';

interface Host {
  readonly front?: boolean;
  readonly neighbours?: string;
  readonly openFiles?: string;
}
const ok = (stdout: string) => ({ code: 0, stdout, stderr: '' });

function findings(hosts: Readonly<Record<string, Host>>, section = '', storage: object = {}) {
  const mailu = clusterSettings.parse(
    parse(`domain: example.org\nhostnames: [mail.example.org]\n${section}`),
  ) as Mailu;
  const cluster = {
    settings: mailu,
    others: { storage: { root: '/mailu', ...storage } },
    hosts: Object.entries(hosts).map(([name, { front = true, neighbours = '', openFiles = '' }]) => ({
      name,
      settings: { front },
      onHost: (command: string) => `on ${name}: ${command}`,
      facts: {
        machine: { hostname: name, addresses: [] },
        neighbours: neighbourFacts([]).parse(ok(neighbours)),
        openFiles: openFileFacts(['/mailu']).parse(ok(openFiles)),
      } as unknown as Facts,
    })),
  } as unknown as MailuCluster;
  return inspectNeighbours(mailu, cluster);
}
const codes = (...given: Parameters<typeof findings>) =>
  findings(...given).map(({ host, code, level }) => `${host ?? 'all'}: ${level} ${code}`);

interface Container {
  readonly engine?: string;
  readonly name: string;
  readonly image?: string;
  readonly project?: string;
  readonly service?: string;
  readonly running?: boolean;
  readonly restart?: string;
  readonly port?: number;
  readonly mount?: string;
  readonly readOnly?: boolean;
}
const container = ({ engine = 'container', name, port, mount, readOnly = false, ...rest }: Container) =>
  `${engine} ${JSON.stringify({
    name: `/${name}`,
    image: 'busybox',
    running: true,
    restart: 'no',
    project: '',
    service: '',
    ports:
      port === undefined
        ? {}
        : { [`${port}/tcp`]: [{ HostIp: '0.0.0.0', HostPort: String(port) }], '53/udp': null },
    bound: null,
    mounts: mount === undefined ? [] : [{ Type: 'bind', Source: mount, Destination: '/x', RW: !readOnly }],
    ...rest,
  })}\n`;
const service = (name: string, more: object = {}) => serviceRow({ name, ...more });
const compose = { project: 'mailu', restart: 'always', image: 'ghcr.io/mailu/nginx:2024.06' };

test('a Compose project that has our ports and our files is named once, with all its containers', () => {
  const neighbours =
    container({ name: 'mailu-front-1', port: 993, ...compose }) +
    container({
      name: 'mailu-imap-1',
      mount: '/mailu/mail',
      ...compose,
      image: 'ghcr.io/mailu/dovecot:2024.06',
    });
  expect(findings({ a: { neighbours } })).toEqual([
    {
      level: 'refuse',
      code: 'other-writer',
      host: 'a',
      message:
        "the Compose project mailu (mailu-front-1, mailu-imap-1) writes /mailu/mail and has port 993, which Mailu's front opens. The command below stops that for good; what it has written stays",
      fix: [
        'on a: docker update --restart=no mailu-front-1 mailu-imap-1 && docker stop mailu-front-1 mailu-imap-1',
      ],
    },
  ]);
  // A host that is no front has no port to lose, and a mailbox all the same.
  expect(codes({ a: { front: false, neighbours } })).toEqual(['a: refuse other-writer']);
});

test.each<[string, Host, readonly string[]]>([
  [
    'our own tasks',
    {
      neighbours: container({
        name: 'mailu_imap.1.x',
        service: 'mailu_imap',
        mount: '/mailu/mail',
        port: 25,
      }),
    },
    [],
  ],
  ['a container beside us', { neighbours: container({ name: 'web', port: 8080, mount: '/srv/web' }) }, []],
  ['one that has our port', { neighbours: container({ name: 'web', port: 443 }) }, ['a: refuse port-in-use']],
  [
    'one of podman',
    { neighbours: container({ engine: 'podman', name: 'web', port: 443 }) },
    ['a: refuse port-in-use'],
  ],
  [
    'our port on a host that is no front',
    { front: false, neighbours: container({ name: 'web', port: 443 }) },
    [],
  ],
  ['one that only reads', { neighbours: container({ name: 'backup', mount: '/mailu', readOnly: true }) }, []],
  [
    'one that writes',
    { neighbours: container({ name: 'backup', mount: '/mailu/mail' }) },
    ['a: refuse other-writer'],
  ],
  [
    "one in sqlite's directory",
    { neighbours: container({ name: 'x', mount: '/var/lib/mailu/data' }) },
    ['a: refuse other-writer'],
  ],
  ['a path that begins alike', { neighbours: container({ name: 'x', mount: '/mailu2/mail' }) }, []],
  [
    'one that is reached by another name',
    { neighbours: `${container({ name: 'x', mount: '/srv/link' })}path ext2/ext3 /mailu/mail /srv/link\n` },
    ['a: refuse other-writer'],
  ],
  [
    'a stopped one that comes back',
    { neighbours: container({ name: 'x', mount: '/mailu/mail', running: false, restart: 'always' }) },
    ['a: refuse other-writer'],
  ],
  [
    'a stopped one that stays so',
    { neighbours: container({ name: 'x', mount: '/mailu/mail', running: false, restart: 'unless-stopped' }) },
    [],
  ],
  [
    'a Mailu with files of its own',
    {
      neighbours: `${container({ name: 'm', ...compose, mount: '/opt/mailu/mail' })}path ext2/ext3 /opt/mailu/mail /opt/mailu/mail\n`,
    },
    ['a: warn other-mailu'],
  ],
  [
    'a Mailu on storage that may be ours by another name',
    {
      neighbours: `${container({ name: 'm', ...compose, mount: '/mnt/mail' })}path fuseblk /mnt/mail /mnt/mail\n`,
    },
    ['a: refuse other-writer'],
  ],
  [
    'a stack of another name with our files',
    {
      neighbours: service('mail_imap', { stack: 'mail', mounts: [{ Type: 'bind', Source: '/mailu/mail' }] }),
    },
    ['all: refuse other-writer'],
  ],
  [
    'one that is scaled to nothing',
    {
      neighbours: service('mail_imap', {
        stack: 'mail',
        mode: { Replicated: { Replicas: 0 } },
        mounts: [{ Type: 'bind', Source: '/mailu/mail' }],
      }),
    },
    [],
  ],
  [
    'the mesh has our port',
    {
      neighbours: service('web', {
        ports: [{ Protocol: 'tcp', PublishedPort: 443, PublishMode: 'ingress' }],
      }),
    },
    ['all: refuse port-in-use'],
  ],
  [
    "an admin's own backup in our stack",
    { neighbours: service('mailu_backup', { stack: 'mailu', mounts: [{ Type: 'bind', Source: '/mailu' }] }) },
    ['all: warn added-services'],
  ],
  [
    'a second Dovecot in our stack',
    {
      neighbours: service('mailu_dovecot', {
        stack: 'mailu',
        image: 'mailu/dovecot:1.9',
        mounts: [{ Type: 'bind', Source: '/mailu/mail' }],
      }),
    },
    ['all: refuse other-writer', 'all: warn added-services'],
  ],
  [
    'a program with our files',
    { openFiles: 'open 77 dovecot.service dovecot_ /mailu/mail/x/dovecot.index.log\n' },
    ['a: refuse other-writer'],
  ],
  [
    'a program that only works there',
    { openFiles: 'stands 77 backup.service restic_ /mailu/mail\n' },
    ['a: warn other-writer'],
  ],
  [
    'a program that works there, and writes',
    {
      openFiles: 'stands 77 redis.service redis_ /mailu/redis\nopen 77 redis.service redis_ /mailu/redis/x\n',
    },
    ['a: refuse other-writer'],
  ],
  [
    'one that has all, and may write',
    { neighbours: container({ name: 'backup', mount: '/mailu' }) },
    ['all: warn may-write'],
  ],
  [
    'a Mailu that has all',
    { neighbours: container({ name: 'x', image: 'mailu/dovecot:2.0', mount: '/mailu' }) },
    ['a: refuse other-writer'],
  ],
  [
    'one with a directory of its own',
    { neighbours: container({ name: 'x', mount: '/mailu/nextcloud' }) },
    [],
  ],
  ['one that brings certificates', { neighbours: container({ name: 'x', mount: '/mailu/certs' }) }, []],
  ['a job that writes beside', { openFiles: 'open 77 cron.service tar_ /mailu/backup/site.tar\n' }, []],
  ['a program with others', { openFiles: 'open 77 dovecot.service dovecot_ /var/mail/x\n' }, []],
])('%s', (_name, host, expected) => {
  expect(codes({ a: host })).toEqual(expected);
});

test('a Mailu of another stack with files of its own is told once', () => {
  const other = (name: string, image: string, source: string) =>
    service(`post_${name}`, {
      stack: 'post',
      image,
      mounts: [{ Type: 'bind', Source: source, Target: '/x' }],
    });
  const neighbours =
    other('imap', 'mailu/dovecot:1.9', '/srv/post/mail') +
    other('front', 'ghcr.io/mailu/nginx:1.9', '/srv/post/certs') +
    service('web', { stack: 'web', image: 'nginx' });
  expect(findings({ a: { neighbours }, b: { neighbours } })).toEqual([
    {
      level: 'warn',
      code: 'other-mailu',
      message:
        'another Mailu runs in this swarm as the stack post (post_front, post_imap) with files of its own: /srv/post/certs, /srv/post/mail; its accounts and mail are not in this stack',
      fix: [],
    },
  ]);
});

test('what goes with its container is copied before a stranger is stopped', () => {
  const unnamed = {
    Type: 'volume',
    Name: 'c'.repeat(64),
    Source: '/v/x/_data',
    Destination: '/data',
    RW: true,
  };
  const neighbours =
    container({ name: 'web.1', service: 'web', ...{ mounts: [unnamed] } }) +
    service('web', { ports: [{ Protocol: 'tcp', PublishedPort: 443, PublishMode: 'ingress' }] });
  expect(findings({ a: { neighbours } })[0]?.fix).toEqual([
    'its containers have files in volumes without a name, which Docker removes with them (/v/x/_data): copy what is needed of them, then stop it; see what it is with: on a: docker service inspect --pretty web',
  ]);
  const once = container({ name: 'once', port: 443, ...{ fleeting: true } });
  expect(findings({ a: { neighbours: once } })[0]?.fix[0]).toMatch(/^docker removes it once it ends/);
});

test('a service is told once, by the managers; a program by its unit once', () => {
  const neighbours = service('mail_imap', {
    stack: 'mail',
    mounts: [{ Type: 'bind', Source: '/mailu/mail' }],
  });
  const openFiles =
    'open 7 x.service x_ /mailu/mail/a\nopen 7 x.service x_ /mailu/mail/b\nopen 8 - rsync_ /mailu/dkim/c\n';
  expect(
    findings({ a: { neighbours }, b: { neighbours, openFiles } }).map(({ message, fix }) => [
      message,
      ...fix,
    ]),
  ).toEqual([
    [
      'the service mail_imap of the stack mail writes /mailu/mail. The command below ends it, and swarm removes its containers with what they have written inside of themselves',
      'on a: docker service scale mail_imap=0',
    ],
    [
      'x (x.service) has /mailu/mail/a open to write, which this stack is to write. The command below ends all that it does',
      'on b: systemctl disable --now x.service',
    ],
    [
      'rsync (process 8) has /mailu/dkim/c open to write, which this stack is to write',
      'end that program when its work is done: on b: ps -fp 8',
    ],
  ]);
});

test('what a service has begun for somebody is named, and not the service', () => {
  const openFiles = 'open 77 cron.service rsync_ /mailu/mail/x\n';
  expect(findings({ a: { openFiles } })).toMatchObject([
    {
      message: 'rsync (process 77) has /mailu/mail/x open to write, which this stack is to write',
      fix: ['end that program when its work is done: on a: ps -fp 77'],
    },
  ]);
});

/** What a host says of `/mailu/mail`, and of a program that has it open, where the root is a link or a bind mount. */
const OTHER_NAME = 'name /mailu/mail\t/mailu/mail\nname /mailu/mail\t/srv/mailu/mail\n';

test.each<[string, Host, readonly string[]]>([
  [
    'a stack of another name',
    {
      neighbours: `${service('mail_imap', { stack: 'mail', mounts: [{ Type: 'bind', Source: '/mailu/mail' }] })}path ext2/ext3 /srv/mailu/mail /mailu/mail\n`,
    },
    ['all: refuse other-writer'],
  ],
  [
    'a Compose project whose front is stopped',
    {
      neighbours: `${container({ name: 'i', ...compose, mount: '/srv/mailu/mail' })}path ext2/ext3 /srv/mailu/mail /srv/mailu/mail\n`,
    },
    ['a: refuse other-writer'],
  ],
  [
    'a backup that may write all',
    {
      neighbours: `${container({ name: 'backup', mount: '/srv/mailu' })}path ext2/ext3 /srv/mailu /srv/mailu\n`,
    },
    ['all: warn may-write'],
  ],
  ['a program', { openFiles: 'open 77 - dovecot_ /srv/mailu/mail/x\n' }, ['a: refuse other-writer']],
])('where the root has another name on the host: %s', (_, { neighbours = '', ...host }, expected) => {
  expect(codes({ a: { ...host, neighbours: OTHER_NAME + neighbours } })).toEqual(expected);
});

test("where the fronts get their certificates themselves, nobody else's are written there", () => {
  const neighbours = container({ name: 'x', mount: '/mailu/certs' });
  expect(codes({ a: { neighbours } }, 'tls: { kind: letsencrypt }')).toEqual(['a: refuse other-writer']);
});

/** A volume as a container has it: its directory is the host's `_data`, which may be ours by another name. */
const volume = (name: string) => ({
  Type: 'volume',
  Name: name,
  Source: `/var/lib/docker/volumes/${name}/_data`,
  Destination: '/mail',
  RW: true,
});
const dovecot = { ...compose, image: 'ghcr.io/mailu/dovecot:2024.06' };
/** What a host says of a directory of ours that a volume is made of, with the options of Docker's local driver. */
const OURS = 'name /mailu/mail\t/mailu/mail\nname /mailu/mail\t/var/lib/docker/volumes/ours/_data\n';
const lies = (type: string, name: string) => `path ${type} ${volume(name).Source} ${volume(name).Source}\n`;
const ofDriver = (options: object) => ({
  stack: 'mail',
  image: 'ghcr.io/mailu/dovecot:1.9',
  mounts: [{ Type: 'volume', Source: 'mail_mail', VolumeOptions: { DriverConfig: { Options: options } } }],
});

test.each<[string, string, readonly string[]]>([
  [
    'of Compose, of our files',
    OURS + container({ name: 'i', ...dovecot, ...{ mounts: [volume('ours')] } }) + lies('ext2/ext3', 'ours'),
    ['a: refuse other-writer'],
  ],
  [
    'of files of its own',
    OURS + container({ name: 'i', ...dovecot, ...{ mounts: [volume('own')] } }) + lies('ext2/ext3', 'own'),
    ['a: warn other-mailu'],
  ],
  [
    'of a server, which may be ours by another name',
    container({ name: 'i', ...dovecot, ...{ mounts: [volume('nfs')] } }) + lies('nfs', 'nfs'),
    ['a: refuse other-writer'],
  ],
  [
    'of a stranger, that has all',
    `name /mailu/mail\t/mailu/mail\nname /mailu/mail\t${volume('all').Source}/mail\n` +
      container({ name: 'x', ...{ mounts: [volume('all')] } }) +
      lies('ext2/ext3', 'all'),
    ['all: warn may-write'],
  ],
  [
    'that is only read',
    OURS +
      container({ name: 'i', ...{ mounts: [{ ...volume('ours'), RW: false }] } }) +
      lies('ext2/ext3', 'ours'),
    [],
  ],
  [
    'of another stack, by the options of its driver',
    service('mail_imap', ofDriver({ type: 'none', o: 'bind', device: '/mailu/mail' })),
    ['all: refuse other-writer'],
  ],
  [
    'of another stack, from a server',
    service('mail_imap', ofDriver({ type: 'nfs', o: 'addr=192.0.2.9,rw', device: ':/srv/mailu/mail' })),
    ['all: refuse other-writer'],
  ],
  [
    'of another stack, made before it, as its task has it',
    OURS +
      service('mail_imap', { stack: 'mail', mounts: [{ Type: 'volume', Source: 'ours' }] }) +
      container({ name: 'mail_imap.1.x', service: 'mail_imap', ...{ mounts: [volume('ours')] } }) +
      lies('ext2/ext3', 'ours'),
    ['all: refuse other-writer'],
  ],
  [
    'of another stack, with files of its own',
    service('mail_imap', {
      stack: 'mail',
      image: dovecot.image,
      mounts: [{ Type: 'volume', Source: 'own' }],
    }) +
      container({ name: 'mail_imap.1.x', service: 'mail_imap', ...{ mounts: [volume('own')] } }) +
      lies('ext2/ext3', 'own'),
    ['all: warn other-mailu'],
  ],
])('a volume of Docker: %s', (_, neighbours, expected) => {
  expect(codes({ a: { neighbours } })).toEqual(expected);
});

describe('who writes where the storage is served from, without its mount', () => {
  const nfs = { kind: 'nfs', server: 'a', export: '/srv/mailu' };
  const gluster = { kind: 'glusterfs' };
  const by = (mount: string) =>
    `${container({ name: 'i', ...dovecot, mount })}path ext2/ext3 ${mount} ${mount}\n`;

  test.each<[string, object, Host, readonly string[]]>([
    ['a container', nfs, { neighbours: by('/srv/mailu/mail') }, ['a: refuse other-writer']],
    [
      'a program',
      nfs,
      { openFiles: 'open 7 dovecot.service dovecot_ /srv/mailu/mail/x\n' },
      ['a: refuse other-writer'],
    ],
    ['beside it', nfs, { neighbours: by('/srv/mailu/nextcloud') }, ['a: warn other-mailu']],
    [
      'another server',
      { ...nfs, server: 'b' },
      { neighbours: by('/srv/mailu/mail') },
      ['a: warn other-mailu'],
    ],
    [
      'a container in a brick',
      gluster,
      { neighbours: by('/srv/gluster/mailu/mail') },
      ['a: refuse other-writer'],
    ],
    [
      'GlusterFS in its brick',
      gluster,
      { openFiles: 'open 7 glusterd.service glusterfsd_ /srv/gluster/mailu/mail/x\n' },
      [],
    ],
  ])('%s', (_, storage, host, expected) => {
    expect(codes({ a: host }, '', storage)).toEqual(expected);
  });
});
