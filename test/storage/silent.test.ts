import { describe, expect, test } from 'vitest';
import { inspectSilent } from '../../playbooks/storage/silent.ts';
import { isConsequence, withoutConsequences } from '../../src/engine/consequences.ts';
import type { GlusterFacts, GlusterVolume } from '../../src/facts/index.ts';
import { pooled, type SiteHost, siteOf } from './sites.ts';

const bricks = [1, 2, 3].map((number) => [`192.0.2.${number}:/b`, number] as const);
const SILENT = [
  {
    where: '/mailu',
    source: '192.0.2.1:/mailu',
    type: 'fuse.glusterfs',
    freeBytes: undefined,
    silent: "df: '/mailu': Transport endpoint is not connected",
  },
];

type State = GlusterFacts['daemon'] | 'no brick' | 'off';

/** What is said where the daemons, and what serves their bricks, are so on three hosts, and no mount answers. */
function said(states: readonly State[], change: Partial<GlusterVolume> = {}, settings: object = {}) {
  const hosts = states.map((state, index): SiteHost => {
    const daemon = state === 'no brick' || state === 'off' ? 'running' : state;
    return {
      name: `node-${index + 1}`,
      mounts: SILENT,
      gluster:
        state === 'off'
          ? 'silent'
          : { ...pooled(index + 1, bricks, { daemon, change }), serving: state === 'running' ? ['/b'] : [] },
    };
  });
  return inspectSilent(siteOf({ kind: 'glusterfs', ...settings }, hosts));
}

describe('a volume that no host can read: what is down is named once, and what brings it back', () => {
  test.for<[string, readonly State[], Partial<GlusterVolume>, string, readonly string[]]>([
    [
      'the daemon of two hosts',
      ['no brick', 'stopped', 'stopped'],
      {},
      'glusterd does not run on node-2, node-3, so /mailu does not answer on node-1, node-2, node-3',
      ['start it: ssh node-2 systemctl start glusterd', 'start it: ssh node-3 systemctl start glusterd'],
    ],
    [
      'the daemon of all hosts',
      ['stopped', 'stopped', 'stopped'],
      {},
      'glusterd does not run on node-1, node-2, node-3',
      [1, 2, 3].map((number) => `start it: ssh node-${number} systemctl start glusterd`),
    ],
    [
      'the volume',
      ['no brick', 'no brick', 'no brick'],
      { started: false },
      'volume mailu is stopped',
      ['start the volume: ssh node-1 gluster --mode=script volume start mailu'],
    ],
    [
      'the processes of two bricks',
      ['running', 'no brick', 'no brick'],
      {},
      'volume mailu is started, and no process serves its bricks 192.0.2.2:/b, 192.0.2.3:/b',
      [
        'have it start its brick: ssh node-2 systemctl restart glusterd',
        'have it start its brick: ssh node-3 systemctl restart glusterd',
      ],
    ],
  ])('%s', ([, states, change, message, fix]) => {
    const findings = said(states, change);
    expect(findings.map(({ level, code, host }) => ({ level, code, host }))).toEqual([
      { level: 'refuse', code: 'not-connected', host: undefined },
    ]);
    expect(findings[0]?.message).toContain(message);
    expect(findings[0]?.fix.slice(0, fix.length)).toEqual(fix);
  });

  test.for<[string, readonly State[], Partial<GlusterVolume>]>([
    ['nothing of it', ['running', 'running', 'running'], {}],
    ['bricks that may not run, for the majority of the pool is away', ['no brick', 'off', 'off'], {}],
    [
      'one process for all bricks',
      ['running', 'no brick', 'no brick'],
      { options: { 'cluster.brick-multiplex': 'on' } },
    ],
  ])('where the cause is not known the hosts are warned each: %s', ([, states, change]) => {
    const findings = said(states, change);
    const reached = states.filter((state) => state !== 'off').length;
    expect(findings.map(({ level, code }) => `${level} ${code}`)).toEqual(
      Array(reached).fill('warn storage-silent'),
    );
  });

  test('what the hosts, and the rules about accounts, say of it is not told again', () => {
    const findings = said(['no brick', 'stopped', 'stopped']);
    for (const words of [
      "directory /mailu/mail: stat: cannot statx '/mailu/mail': Transport endpoint is not connected",
      'mount /mailu: 192.0.2.1:/mailu is mounted at /mailu and does not answer in 10 s',
    ])
      expect(isConsequence(words, 'node-2', findings)).toBe(true);
    const unread = {
      level: 'refuse' as const,
      code: 'database-not-looked-for',
      host: 'node-1',
      message:
        'there are accounts in /srv/main.db on node-1, and whether the storage has newer ones could not be told: /mailu/mail did not answer in 10 s',
      fix: [],
    };
    expect(withoutConsequences([...findings, unread])).toEqual(findings);
  });
});

test('where NFS does not answer, its server is named', () => {
  const hosts = [1, 2].map((number) => ({ name: `node-${number}`, mounts: SILENT }));
  const nfs = { kind: 'nfs', server: 'node-2', export: '/srv/mail' };
  expect(inspectSilent(siteOf(nfs, hosts)).map(({ host, fix }) => ({ host, fix }))).toEqual(
    ['node-1', 'node-2'].map((host) => ({
      host,
      fix: [`ssh ${host} findmnt --mountpoint /mailu`, 'ssh node-2 systemctl status nfs-server'],
    })),
  );
});
