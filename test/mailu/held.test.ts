import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectMailu } from '../../playbooks/mailu/inspect.ts';
import { inspectLeft, inspectMoved } from '../../playbooks/mailu/left.ts';
import { inspectQueue } from '../../playbooks/mailu/queue.ts';
import { removeStack } from '../../playbooks/mailu/verbs.ts';
import type { Mailu, MailuCluster } from '../../playbooks/settings/mailu.ts';
import { neighbourFacts } from '../../src/facts/index.ts';
import { serviceRow } from '../facts/docker-stand-in.ts';
import { mailCluster } from './mail-hosts.ts';

const UNNAMED = 'a'.repeat(64);
const DATA = `/var/lib/docker/volumes/${UNNAMED}/_data`;

interface Mount {
  readonly Type: string;
  readonly Name?: string;
  readonly Source?: string;
  readonly Destination: string;
}
const volume = (target: string, name = UNNAMED): Mount => ({
  Type: 'volume',
  Name: name,
  Source: `/var/lib/docker/volumes/${name}/_data`,
  Destination: target,
});
const bind = (source: string, target: string): Mount => ({
  Type: 'bind',
  Source: source,
  Destination: target,
});

/** What a host prints: tasks with what they have, services with what they were told to have, and further rows. */
function rows(
  tasks: Readonly<Record<string, { readonly mounts: readonly Mount[]; readonly running?: boolean }>>,
  services: Readonly<Record<string, readonly object[]>> = {},
  more = '',
): string {
  const lines = [
    ...Object.entries(tasks).map(
      ([name, { mounts, running = true }]) =>
        `container ${JSON.stringify({ name: `/${name}.1.x`, image: `mailu/x`, running, restart: '', service: name, mounts: mounts.map((mount) => ({ RW: true, ...mount })) })}`,
    ),
    ...Object.entries(services).map(([name, mounts]) =>
      serviceRow({ name, stack: 'mailu', mounts }).trimEnd(),
    ),
    more,
  ];
  return `${lines.join('\n')}\n`;
}

function site(stdout: string, host: Parameters<typeof mailCluster>[0][string] = {}): MailuCluster {
  const cluster = mailCluster({ a: { shared: { mounted: true }, ...host } });
  Object.assign(cluster.hosts[0]?.facts as object, {
    neighbours: neighbourFacts([]).parse({ code: 0, stdout, stderr: '' }),
    swarm: { nodes: [] },
  });
  return cluster;
}
const found = (...given: Parameters<typeof site>) => {
  const cluster = site(...given);
  return inspectMoved(cluster.settings as Mailu, cluster);
};
const codes = (...given: Parameters<typeof site>) =>
  found(...given).map(({ level, code, host }) => `${host ?? 'all'}: ${level} ${code}`);

const IMAP = { mailu_imap: [] };
const OURS = { mailu_imap: [{ Type: 'bind', Source: '/mailu/mail', Target: '/mail' }] };

test('mail in a volume that no stack file names is copied before its container goes', () => {
  expect(found(rows({ mailu_imap: { mounts: [volume('/mail')] } }, IMAP))).toEqual([
    {
      level: 'refuse',
      code: 'mail-elsewhere',
      host: 'a',
      message: `mail of example.org is in ${DATA}, a volume without a name of the container mailu_imap.1.x, and the inventory says /mailu/mail: every mailbox would be empty. Docker removes it with the container: do not remove or scale the service before it is copied`,
      fix: [
        `hold the container, which ends nothing, and copy: a$ docker pause mailu_imap.1.x && mkdir -p -- /mailu/mail && tar -C ${DATA} --numeric-owner -cf - . | tar -C /mailu/mail --skip-old-files --numeric-owner -xpf -`,
        "once that has ended without an error, let imap go on with the copy, and run again: a$ docker service update --mount-add 'type=bind,source=/mailu/mail,target=/mail' mailu_imap",
        'to leave it as it was instead, and to begin later with an empty /mailu/mail: a$ docker unpause mailu_imap.1.x',
      ],
    },
  ]);
});

test('a service that the inventory no longer has is not ended with what only its containers have', () => {
  const refused = (stdout: string) => {
    const cluster = site(stdout);
    return [...inspectMailu(cluster)].filter(({ level }) => level === 'refuse');
  };
  const all = (mounts: readonly Mount[], running = true) =>
    rows({ mailu_webdav: { mounts, running } }, { mailu_webdav: [] });
  const told = [
    {
      level: 'refuse',
      code: 'files-go-with-service',
      message:
        'the inventory has no webdav, so a run would end the service, and what only its containers have would be lost with them: /data of mailu_webdav.1.x on a',
      fix: [
        'to keep them: write webdav into the section `mailu`, as the stack has it, and run again: it says how they are copied',
        'if they are copied, or nobody needs them, end the service with all that its containers have: a$ docker service rm mailu_webdav',
      ],
    },
  ];
  expect(refused(all([volume('/data')]))).toEqual(told);
  expect(refused(all([volume('/data')], false))).toEqual(told);
  expect(refused(all([]))).toEqual(told);
  expect(refused(all([bind('/mailu/dav', '/data')]))).toEqual([]);
  // What can be made anew goes, and a volume with a name stays.
  expect(refused(rows({ mailu_oletools: { mounts: [volume('/data')] } }, { mailu_oletools: [] }))).toEqual(
    [],
  );
  expect(refused(all([volume('/data', 'calendars')]))).toEqual([]);
});

test('what a container has on a host that did not answer is not known', () => {
  const seen = (stdout: string, b: Parameters<typeof mailCluster>[0][string] = { silent: true }) => {
    const cluster = site(stdout);
    const [other] = mailCluster({ b }).hosts;
    const both = { ...cluster, hosts: [...cluster.hosts, ...(other === undefined ? [] : [other])] };
    const { denied } = removeStack(both) as { denied?: string };
    return [
      ...[...inspectMailu(both)].filter(({ code }) => code === 'containers-not-seen'),
      ...(denied === undefined ? [] : [denied]),
    ];
  };
  const message =
    'mailu_imap has files in containers alone, and b did not answer: Docker removes such a container, and what it has, once its service is changed or ended';
  const fix = ['bring b back and run again. Remove a host from the inventory only if it is gone for good'];
  const finding = { level: 'refuse', code: 'containers-not-seen', message, fix };
  expect(seen(rows({}, IMAP))).toEqual([finding, message]);
  expect(seen(rows({}, { mailu_imap: [{ Type: 'volume', Target: '/mail' }] }))).toEqual([finding, message]);
  expect(seen(rows({}, IMAP), { engine: 'stopped' })[0]).toMatchObject({
    message: expect.stringContaining('Docker does not run on b: '),
    fix: ['start its Docker, and run again: b$ systemctl start docker'],
  });
  expect(seen(rows({}, IMAP), {})).toEqual([]);
  expect(seen(rows({}, OURS))).toEqual([]);
  expect(seen(rows({}, { mailu_front: [] }))).toEqual([]);
});

test.each([
  ['all of them on a node that the inventory has not', 1, {}, true],
  ['one of two there', 2, { mailu_imap: { mounts: [volume('/mail')] } }, true],
  ['all of them seen', 1, { mailu_imap: { mounts: [volume('/mail')] } }, false],
])('what containers have where nobody looks is not known: %s', (_, replicas, tasks, unseen) => {
  const stdout = `${rows(tasks)}${serviceRow({ name: 'mailu_imap', stack: 'mailu', mounts: [], mode: { Replicated: { Replicas: replicas } } })}`;
  const cluster = site(stdout);
  const node = (id: string, hostname: string) => ({ id, hostname });
  Object.assign(cluster.hosts[0]?.facts as object, {
    swarm: { nodes: [node('1', 'a'), node('2', 'stranger')], info: { nodeId: '1' } },
  });
  const told = [...inspectMailu(cluster)].filter(({ code }) => code === 'containers-not-seen');
  expect(told).toEqual(
    unseen
      ? [
          expect.objectContaining({
            message: expect.stringContaining('stranger of the swarm is not in the inventory: '),
            fix: ['write stranger into the inventory, and run again'],
          }),
        ]
      : [],
  );
});

test.each(['/mail', '/mail/'])('mail elsewhere is seen, mounted at %s', (target) => {
  const mounts = [{ Type: 'bind', Source: '/mnt/docker/apps/mailu/mail/', Target: target }];
  expect(codes(rows({}, { mailu_imap: mounts }))).toEqual(['all: refuse root-elsewhere']);
});

test('mail in the container itself is taken out of it, over nothing that is there', () => {
  expect(found(rows({ mailu_imap: { mounts: [bind('/etc/x', '/overrides')] } }, IMAP))[0]?.fix[0]).toBe(
    'hold the container, which ends nothing, and copy: a$ docker pause mailu_imap.1.x && mkdir -p -- /mailu/mail && docker cp mailu_imap.1.x:/mail/. - | tar -C /mailu/mail --skip-old-files --numeric-owner -xpf -',
  );
});

test('both ways of copying keep what is there, and bring the rest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'provision-held-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'volume/one@example.org'), { recursive: true });
  writeFileSync(join(folder, 'volume/one@example.org/a'), 'new');
  writeFileSync(join(folder, 'volume/one@example.org/b'), 'new');
  // What the engine does here: nothing, and the files as an archive.
  writeFileSync(
    join(folder, 'bin/docker'),
    `#!/bin/sh\n[ "$1" != cp ] || tar -C ${folder}/volume -cf - .\n`,
    { mode: 0o755 },
  );
  for (const [number, mounts] of [[volume('/mail')], [bind('/etc/x', '/overrides')]].entries()) {
    const into = join(folder, `mail-${number}`);
    mkdirSync(join(into, 'one@example.org'), { recursive: true });
    writeFileSync(join(into, 'one@example.org/a'), 'old');
    const [fix = ''] = found(rows({ mailu_imap: { mounts } }, IMAP))[0]?.fix ?? [];
    const command = fix
      .slice(fix.indexOf('a$ ') + 3)
      .replaceAll('/mailu/mail', into)
      .replaceAll(DATA, join(folder, 'volume'));
    spawnSync('sh', ['-c', command], { env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}` } });
    const text = (name: string) => readFileSync(join(into, 'one@example.org', name), 'utf8');
    expect([text('a'), text('b')]).toEqual(['old', 'new']);
  }
});

test.each<[string, string, readonly string[]]>([
  ['on the shared storage', rows({ mailu_imap: { mounts: [bind('/mailu/mail', '/mail')] } }, OURS), []],
  [
    'in a volume whose spec has no source',
    rows(
      { mailu_imap: { mounts: [volume('/mail')] } },
      { mailu_imap: [{ Type: 'volume', Target: '/mail' }] },
    ),
    ['a: refuse mail-elsewhere'],
  ],
  [
    'in a volume with a name, told once',
    rows(
      { mailu_imap: { mounts: [volume('/mail', 'vmail')] } },
      { mailu_imap: [{ Type: 'volume', Source: 'vmail', Target: '/mail' }] },
    ),
    ['a: refuse mail-elsewhere'],
  ],
  [
    'in a volume that is the shared directory by its driver',
    rows(
      { mailu_imap: { mounts: [volume('/mail', 'vmail')] } },
      { mailu_imap: [{ Type: 'volume', Source: 'vmail', Target: '/mail' }] },
      'name /mailu/mail\t/mailu/mail\nname /mailu/mail\t/var/lib/docker/volumes/vmail/_data',
    ),
    [],
  ],
  [
    'in a volume with nothing in it',
    rows({ mailu_imap: { mounts: [volume('/mail')] } }, IMAP, `empty ${DATA}`),
    [],
  ],
  [
    'keys of admin, whose accounts have rules of their own',
    rows({ mailu_admin: { mounts: [volume('/data'), volume('/dkim')] } }, { mailu_admin: [] }),
    ['a: refuse mail-elsewhere'],
  ],
  [
    'in a container that has ended, while none runs',
    rows({ mailu_imap: { mounts: [volume('/mail')], running: false } }, IMAP),
    ['a: refuse mail-elsewhere'],
  ],
  [
    'in a container that has ended, after the service was told where mail belongs',
    rows({ mailu_imap: { mounts: [volume('/mail')], running: false } }, OURS),
    ['a: warn mail-behind'],
  ],
  [
    'certificates in a container that has ended',
    rows(
      { mailu_front: { mounts: [volume('/certs')], running: false } },
      {
        mailu_front: [{ Type: 'bind', Source: '/mailu/certs', Target: '/certs' }],
      },
    ),
    [],
  ],
])('%s', (_, stdout, expected) => {
  expect(codes(stdout)).toEqual(expected);
});

test('what fetchmail has brought is kept, by versions that keep it', () => {
  const fetching = (image: string, mounts: readonly Mount[] = []) => {
    const cluster = site(
      rows({ mailu_fetchmail: { mounts } }, { mailu_fetchmail: [] }).replace('mailu/x', image),
    );
    return inspectMoved({ ...(cluster.settings as Mailu), fetchmail: true }, cluster);
  };
  expect(fetching('mailu/fetchmail:1.8')).toEqual([]);
  expect(fetching('mailu/fetchmail:1.9', [volume('/data')])[0]?.message).toContain(
    'what fetchmail has in /data is in /var/lib/docker/volumes/',
  );
  // Nobody knows what this version keeps: where it is nothing, the copy says so.
  expect(fetching('mailu/fetchmail:master')).toMatchObject([
    {
      code: 'mail-elsewhere',
      fix: [
        expect.stringContaining('docker cp'),
        expect.stringContaining('could not find the file'),
        expect.anything(),
      ],
    },
  ]);
});

test('a container that has ended is not held', () => {
  const ended = { mailu_imap: { mounts: [volume('/mail')], running: false } };
  expect(found(rows(ended, IMAP))[0]?.fix.join()).not.toContain('pause');
});

test('a worker is judged by what the managers say of the service', () => {
  const cluster = mailCluster({ a: {}, b: { shared: { mounted: true } } });
  const parse = (stdout: string) => neighbourFacts([]).parse({ code: 0, stdout, stderr: '' });
  const [manager, worker] = cluster.hosts;
  const ended = rows({ mailu_imap: { mounts: [volume('/mail')], running: false } });
  Object.assign(manager?.facts as object, { neighbours: parse(rows({}, OURS)) });
  Object.assign(worker?.facts as object, { neighbours: parse(ended) });
  expect(inspectMoved(cluster.settings as Mailu, cluster)).toMatchObject([
    // Beside: messages that were read or deleted in between would come back.
    { code: 'mail-behind', host: 'b', fix: [expect.stringContaining('/mailu/mail.behind-mailu_imap')] },
  ]);
});

test('nothing is copied onto a mount point that has nothing mounted', () => {
  const stdout = rows({ mailu_imap: { mounts: [volume('/mail')] } }, IMAP);
  expect(found(stdout, { shared: { mounted: false } })[0]?.fix[0]).toContain('mounted first');
});

test('a queue in a volume that is the shared directory by its driver is where it belongs', () => {
  const mounts = [volume('/queue', 'queue')];
  const names = 'name /mailu/mailqueue\t/var/lib/docker/volumes/queue/_data';
  expect(inspectQueue(site(rows({ mailu_smtp: { mounts } }, {}, names)))).toEqual([]);
  expect(inspectQueue(site(rows({ mailu_smtp: { mounts } })))).toHaveLength(1);
});

test.each<[string, string]>([
  ['mail', rows({ mailu_imap: { mounts: [volume('/mail')] } }, IMAP)],
  ['the accounts', rows({ mailu_admin: { mounts: [volume('/data')] } }, { mailu_admin: [] })],
  ['a queue in the container', rows({ mailu_smtp: { mounts: [] } }, { mailu_smtp: [] })],
  [
    'the database that somebody has added',
    rows({ mailu_db: { mounts: [volume('/var/lib/postgresql/data')] } }, { mailu_db: [] }),
  ],
])('a stack is not removed while only its containers have %s', (_, stdout) => {
  expect(removeStack(site(stdout))).toMatchObject({
    denied: expect.stringMatching(/^what only these containers have would be lost/),
  });
  const without = { ...site(stdout), settings: undefined };
  expect(inspectLeft(without)[0]?.fix.join()).not.toContain('remove-stack');
});

test('secrets and configs stay with a stack that was made by hand, and the networks go', () => {
  const removed = removeStack(site(rows({ mailu_imap: { mounts: [bind('/mailu/mail', '/mail')] } }, OURS)));
  if ('denied' in removed) expect.fail(removed.denied);
  const text = removed.steps.map(({ script }) => script.shown).join('\n');
  expect(text).not.toContain('docker stack rm');
  expect(text).toContain('docker service rm $services');
  expect(removed.stays).toContain(
    'the secrets and configs in the swarm, whoever made them, with the key that Mailu signs with',
  );
});

test('what containers that have ended still have goes, and is named', () => {
  const ended = rows({ mailu_imap: { mounts: [volume('/mail')], running: false } }, OURS);
  const removed = removeStack(site(ended));
  if ('denied' in removed) expect.fail(removed.denied);
  expect(removed.goes.join()).toContain('/mail of mailu_imap.1.x on a');
});
