import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inspectMailu } from '../../playbooks/mailu/inspect.ts';
import { inspectMoved } from '../../playbooks/mailu/left.ts';
import { removeStack } from '../../playbooks/mailu/verbs.ts';
import { clusterSettings, type Mailu, type MailuCluster } from '../../playbooks/settings/mailu.ts';
import type { Storage } from '../../playbooks/settings/storage.ts';
import { inspectLeft } from '../../playbooks/storage/left.ts';

const service = (name: string, source?: string, path = source, target = '/mail', volume = false) => ({
  name,
  stack: 'mailu',
  image: 'x',
  replicas: 1,
  meshPorts: [],
  mounts: source === undefined ? [] : [{ source, path, shared: false }],
  keeps: source === undefined ? [] : [{ target, source, path, volume }],
});
const site = (settings: Mailu | undefined, services: readonly object[], root = '/mailu') =>
  ({
    settings,
    others: { storage: { root, kind: 'none' }, swarm: {} },
    hosts: [
      {
        name: 'a',
        settings: { front: true },
        onHost: (command: string) => command,
        facts: {
          swarm: { nodes: [] },
          containers: [],
          mailData: { engine: 'asked' },
          neighbours: { containers: [], former: [], names: {}, services },
        },
      },
    ],
  }) as unknown as MailuCluster;
const mailu = clusterSettings.parse(parse('domain: example.org\nhostnames: [mail.example.org]')) as Mailu;

test('a stack that the inventory no longer has is told, and can be removed', () => {
  expect([...inspectMailu(site(undefined, []))]).toEqual([]);
  const left = site(undefined, [service('mailu_imap', '/mailu/mail'), service('mailu_front')]);
  expect([...inspectMailu(left)]).toMatchObject([
    { level: 'warn', code: 'stack-left', message: expect.stringContaining('(mailu_front, mailu_imap)') },
  ]);
  expect(removeStack(left)).toMatchObject({
    host: 'a',
    goes: [expect.stringContaining('imap, front'), expect.anything()],
  });
  expect(removeStack(site(undefined, []))).toMatchObject({ denied: expect.anything() });
});

test('mail that is elsewhere than the inventory says is refused', () => {
  const codes = (source: string, root: string, path?: string) =>
    inspectMoved(mailu, site(mailu, [service('mailu_imap', source, path)], root)).map(({ code }) => code);
  expect(codes('/mailu/mail', '/mailu')).toEqual([]);
  expect(codes('/mailu/mail', '/srv/mailu')).toEqual(['root-elsewhere']);
  expect(codes('/link/mail', '/srv/mailu', '/srv/mailu/mail')).toEqual([]);
  expect(inspectMoved(mailu, site(mailu, []))).toEqual([]);
  // A directory by another name, a volume, and what other services keep.
  expect(codes('/srv/vmail', '/mailu')).toEqual(['mail-elsewhere']);
  const other = (...args: Parameters<typeof service>) =>
    inspectMoved(mailu, site(mailu, [service(...args)])).map(({ message }) => message);
  expect(other('mailu_imap', 'mailu_mail', 'mailu_mail', '/mail', true)).toEqual([
    expect.stringContaining("in the volume mailu_mail of Docker's"),
  ]);
  expect(other('mailu_admin', '/srv/keys', '/srv/keys', '/dkim')).toEqual([
    expect.stringContaining('what admin has in /dkim is in /srv/keys'),
  ]);
  expect(other('mailu_smtp', '/srv/queue', '/srv/queue', '/queue')).toHaveLength(1);
  const stopped = { ...service('mailu_smtp', 'mailu_queue', 'mailu_queue', '/queue', true), replicas: 0 };
  expect(inspectMoved(mailu, site(mailu, [stopped]))).toEqual([]);
  expect(other('mailu_smtp', '/mailu/mailqueue', '/mailu/mailqueue', '/queue')).toEqual([]);
  // The accounts have rules of their own, and what is no state of ours is nobody's business.
  expect(other('mailu_admin', '/srv/data', '/srv/data', '/data')).toEqual([]);
  expect(other('mailu_imap', '/etc/ssl', '/etc/ssl', '/certs')).toEqual([]);
});

test('the list of what fetchmail has brought is kept, and nothing else is copied with it', () => {
  const fetching = { ...mailu, fetchmail: true };
  const found = (image: string, source = '/mailu/data') =>
    inspectMoved(
      fetching,
      site(fetching, [{ ...service('mailu_fetchmail', source, source, '/data'), image }]),
    );
  expect(found('mailu/fetchmail:1.8')).toEqual([]);
  expect(found('ghcr.io/mailu/fetchmail:2024.06', '/mailu/data/fetchmail')).toEqual([]);
  expect(found('ghcr.io/mailu/fetchmail:2024.06.9@sha256:00')).toEqual([
    {
      level: 'refuse',
      code: 'mail-elsewhere',
      message:
        'the list of what fetchmail has brought is in /mailu/data, and the inventory says /mailu/data/fetchmail: without it, all that people leave at their provider would come once more',
      fix: [
        'end it: docker service scale mailu_fetchmail=0',
        'copy the file fetchids, and nothing else, from /mailu/data to /mailu/data/fetchmail, on a host that has both; if there is no such file, there is nothing to copy',
        "have it write there, and run again: docker service update --mount-add 'type=bind,source=/mailu/data/fetchmail,target=/data' mailu_fetchmail",
      ],
    },
  ]);
  expect(found('mailu/fetchmail:master')).toHaveLength(1);
});

test('a mount of ours that the inventory no longer has is told', () => {
  const mounts = [{ where: '/mailu', source: 'a:/mailu', type: 'fuse.glusterfs' }];
  const codes = (settings: object) =>
    inspectLeft({
      settings,
      hosts: [{ name: 'a', facts: { mounts }, onHost: (command: string) => command }, { name: 'silent' }],
    } as unknown as Storage).map(({ code, host }) => `${host} ${code}`);
  expect(codes({ kind: 'glusterfs', root: '/mailu' })).toEqual([]);
  expect(codes({ kind: 'none', root: '/mailu' })).toEqual(['a mount-left']);
  expect(codes({ kind: 'nfs', root: '/srv/mail' })).toEqual(['a mount-left']);
});

test('another root is told once, whatever is below the old one', () => {
  const both = [
    service('mailu_imap', '/mailu/mail'),
    service('mailu_redis', '/mailu/redis', '/mailu/redis', '/data'),
    service('mailu_admin', '/mailu/dkim', '/mailu/dkim', '/dkim'),
  ];
  expect(inspectMoved(mailu, site(mailu, both, '/srv/mail'))).toMatchObject([
    {
      message: expect.stringMatching(/below \/mailu \(redis, admin, imap\).*example.org would be empty/),
      fix: ['set storage.root to /mailu', expect.stringContaining('copy all of /mailu to /srv/mail')],
    },
  ]);
});
