import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { glusterFacts, mountFacts, readVolumes } from '../../src/facts/index.ts';
import { ProbeError } from '../../src/resource/index.ts';

const output = (stdout: string, code = 0) => ({ code, stdout, stderr: '' });

test('a host without GlusterFS, and one whose daemon is stopped', () => {
  expect(glusterFacts('mailu').parse(output('daemon absent\n'))).toMatchObject({
    daemon: 'absent',
    known: {},
  });
  expect(
    glusterFacts('mailu').parse(
      output(
        'self UUID=64c46da7-dfad-46a4-b2a8-f98cb8a94fd3\nself operating-version=110000\nknown mailu 7370e8d8-4c25-4620-ab82-864bda143f93\nmark /srv/gluster/mailu 7370e8d84c254620ab82864bda143f93\nmark /srv/other none\ndaemon stopped\n',
      ),
    ),
  ).toEqual({
    daemon: 'stopped',
    uuid: '64c46da7-dfad-46a4-b2a8-f98cb8a94fd3',
    operatingVersion: '110000',
    peers: [],
    volumes: [],
    known: { mailu: '7370e8d8-4c25-4620-ab82-864bda143f93' },
    marks: { '/srv/gluster/mailu': '7370e8d8-4c25-4620-ab82-864bda143f93', '/srv/other': null },
    recorded: [],
    away: {},
    found: {},
    searched: true,
    serving: [],
    clients: [],
    daemonOptions: {},
    resolved: {},
  });
});

test('peers with all their names, and volumes with their options', () => {
  const facts = glusterFacts('mailu').parse(
    output(
      [
        'daemon running',
        'peers Number of Peers: 1',
        'peers ',
        'peers Hostname: mail-2',
        'peers Uuid: eafa617b-ab08-4218-b120-f33613348699',
        'peers State: Peer in Cluster (Connected)',
        'peers Other names:',
        'peers 192.0.2.12',
        'volumes  ',
        'volumes Volume Name: mailu',
        'volumes Type: Replicate',
        'volumes Volume ID: 7370e8d8-4c25-4620-ab82-864bda143f93',
        'volumes Status: Created',
        'volumes Number of Bricks: 1 x (2 + 1) = 3',
        'volumes Bricks:',
        'volumes Brick1: 192.0.2.11:/b',
        'volumes Brick2: 192.0.2.12:/b',
        'volumes Brick3: 192.0.2.13:/b (arbiter)',
        'volumes Options Reconfigured:',
        'volumes auth.allow: 192.0.2.11,192.0.2.12',
        '',
      ].join('\n'),
    ),
  );
  expect(facts).toHaveProperty('peers', [
    {
      uuid: 'eafa617b-ab08-4218-b120-f33613348699',
      names: ['mail-2', '192.0.2.12'],
      state: 'Peer in Cluster (Connected)',
    },
  ]);
  expect(facts).toHaveProperty('volumes', [
    {
      name: 'mailu',
      id: '7370e8d8-4c25-4620-ab82-864bda143f93',
      type: 'Replicate',
      started: false,
      setSize: 3,
      arbiter: true,
      bricks: ['192.0.2.11:/b', '192.0.2.12:/b', '192.0.2.13:/b'],
      options: { 'auth.allow': '192.0.2.11,192.0.2.12' },
    },
  ]);
  expect(readVolumes(['No volumes present'])).toEqual([]);
});

test('bricks with the nodes that hold them, in their order, and names with their addresses', () => {
  const uuid = 'd1558d31-a5cf-451c-94b6-4c940ff8dc11';
  const facts = glusterFacts('mailu').parse(
    output(
      [
        'brick gv0 10 none node-11:/b',
        `brick gv0 0 ${uuid} node-1:/b`,
        'id gv0 0 old-client-0',
        'within gv0 0 /b',
        'mark /b unread',
        `brick gv0 2 ${uuid} node-1:/c`,
        'mark /c none',
        'within gv0 2 /',
        'away /c\t/c, which /etc/fstab names, is not mounted',
        'found /srv/old one 7370e8d84c254620ab82864bda143f93',
        'found /srv/cut none',
        'slow yes',
        'name node-2 172.31.77.12 ',
        'name gone ',
        'client [::ffff:172.31.77.13]',
        'client 172.31.77.12',
        'client 172.31.77.12',
        'client 127.0.0.1',
        'daemon stopped',
        '',
      ].join('\n'),
    ),
  );
  expect(facts).toHaveProperty('recorded', [
    { volume: 'gv0', brick: 'node-1:/b', uuid, id: 'old-client-0', madeOn: '/' },
    { volume: 'gv0', brick: 'node-1:/c', uuid, madeOn: '/c' },
    { volume: 'gv0', brick: 'node-11:/b', uuid: undefined, madeOn: undefined },
  ]);
  expect(facts).toHaveProperty('resolved', { 'node-2': ['172.31.77.12'], gone: [] });
  expect(facts).toHaveProperty('clients', ['172.31.77.12', '172.31.77.13']);
  expect(facts).toMatchObject({
    marks: { '/b': 'unread', '/c': null },
    away: { '/c': '/c, which /etc/fstab names, is not mounted' },
    found: { '/srv/old one': '7370e8d8-4c25-4620-ab82-864bda143f93', '/srv/cut': null },
    searched: false,
  });
});

test('a mount that does not say how full it is, and one that is older than its unit', () => {
  expect(
    mountFacts.parse(
      output(
        'mount 1764000200.1 1764000100.5 81057468 192.0.2.11:/mailu fuse.glusterfs /mailu\nBare=immutable\nmount 1764000100.1 1764000200.5 none 192.0.2.5:/srv nfs4 /other\nSilent=no answer in 10 s\nBare=writable\nFiles=12\nNames=mail dkim \nSize=3.4M\n',
      ),
    ),
  ).toEqual([
    {
      where: '/mailu',
      source: '192.0.2.11:/mailu',
      type: 'fuse.glusterfs',
      outdated: false,
      silent: undefined,
      freeBytes: 81057468 * 1024,
      hidden: undefined,
    },
    {
      where: '/other',
      source: '192.0.2.5:/srv',
      type: 'nfs4',
      outdated: true,
      silent: 'no answer in 10 s',
      freeBytes: undefined,
      hidden: '12 files (mail, dkim; 3.4M)',
    },
  ]);
});

test.each([66, 124, 1])(
  'programs that hang or fail are "could not look", never "not there": exit code %i',
  (code) => {
    expect(() => glusterFacts('mailu').parse(output('', code))).toThrow(ProbeError);
    expect(() => mountFacts.parse(output('', code))).toThrow(ProbeError);
  },
);

test('bricks that are served are read from the command lines of their processes', () => {
  const proc = mkdtempSync(join(tmpdir(), 'provision-proc-'));
  const program = (pid: string, ...args: string[]) => {
    mkdirSync(join(proc, pid));
    writeFileSync(join(proc, pid, 'cmdline'), `${args.join('\0')}\0`);
  };
  program(
    '10',
    '/usr/sbin/glusterfsd',
    '-s',
    '192.0.2.1',
    '--brick-name',
    '/srv/gluster/mailu',
    '-l',
    '/var/log/b',
  );
  program('11', '/usr/sbin/glusterfs', '--volfile-server', '192.0.2.1', '/mailu');
  program('12', 'grep', '-e', '--brick-nam[e]', '/proc/1/cmdline');
  const state = mkdtempSync(join(tmpdir(), 'provision-glusterd-'));
  mkdirSync(join(state, 'vols/mailu'), { recursive: true });
  writeFileSync(join(state, 'vols/mailu/info'), 'volume-id=7370e8d8-4c25-4620-ab82-864bda143f93\n');
  const { script, parse } = glusterFacts('mailu');
  const text = script.reveal().replaceAll('/proc/[', `${proc}/[`).replaceAll('/var/lib/glusterd', state);
  const { status, stdout, stderr } = spawnSync('dash', ['-s'], { input: text, encoding: 'utf8' });
  expect(parse({ code: status ?? 1, stdout, stderr })).toMatchObject({ serving: ['/srv/gluster/mailu'] });
});
