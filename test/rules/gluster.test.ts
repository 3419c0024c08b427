import { describe, expect, test } from 'vitest';
import type { GlusterFacts, GlusterVolume } from '../../src/facts/index.ts';
import {
  decideGluster,
  type GlusterDecision,
  type GlusterHost,
  inspectGluster,
  isEmptied,
  isWhole,
} from '../../src/rules/index.ts';
import { BARE_GLUSTER } from '../facts/bare-gluster.ts';

const ID = '7370e8d8-4c25-4620-ab82-864bda143f93';
const PATH = '/srv/gluster/mailu';
const address = (number: number) => `192.0.2.1${number}`;

const volume = (change: Partial<GlusterVolume> = {}): GlusterVolume => ({
  name: 'mailu',
  id: ID,
  type: 'Replicate',
  started: true,
  setSize: 3,
  arbiter: false,
  bricks: [1, 2, 3].map((number) => `${address(number)}:${PATH}`),
  options: {},
  ...change,
});

const facts = (change: Partial<GlusterFacts> = {}): GlusterFacts => ({ ...BARE_GLUSTER, ...change });

const bare = facts();
const member = facts({ daemon: 'running', volumes: [volume()], known: { mailu: ID }, marks: { [PATH]: ID } });
const stopped = facts({ daemon: 'stopped', known: { mailu: ID }, marks: { [PATH]: ID } });

const host = (number: number, gluster: GlusterFacts | undefined): GlusterHost => ({
  name: `mail-${number}`,
  storageAddress: address(number),
  spellings: [`mail-${number}`],
  facts: gluster === undefined ? undefined : { gluster },
  onHost: (command) => `ssh mail-${number} ${command}`,
});
const cluster = (...all: (GlusterFacts | undefined)[]) =>
  all.map((gluster, index) => host(index + 1, gluster));
const codes = (hosts: readonly GlusterHost[]) => inspectGluster(hosts, 'mailu').map(({ code }) => code);

describe('members of a pool that reject each other', () => {
  const uuid = (number: number) => `7370e8d8-4c25-4620-ab82-86000000000${number}`;
  const peers = (own: number, states: Readonly<Record<number, string>>) =>
    facts({
      ...member,
      uuid: uuid(own),
      peers: Object.entries(states).map(([number, state]) => ({
        uuid: uuid(Number(number)),
        names: [address(Number(number))],
        state: `${state} (Connected)`,
      })),
    });
  const found = (...all: (GlusterFacts | undefined)[]) =>
    inspectGluster(cluster(...all), 'mailu').map(({ code, host: name, fix }) => ({ code, host: name, fix }));

  test('one whose files are not like those of all others takes theirs', () => {
    const three = found(
      peers(1, { 2: 'Peer in Cluster', 3: 'Peer Rejected' }),
      peers(2, { 1: 'Peer in Cluster', 3: 'Peer Rejected' }),
      peers(3, { 1: 'Peer Rejected', 2: 'Peer Rejected' }),
    );
    expect(three.map(({ code, host: name }) => [code, name])).toEqual([['rejected-peer', 'mail-3']]);
    expect(three[0]?.fix.at(-1)).toContain('Resolving Peer Rejected');
  });

  test.each([
    ['two of two', [peers(1, { 2: 'Peer Rejected' }), peers(2, { 1: 'Peer Rejected' })]],
    [
      'one of three, with a silent host',
      [peers(1, { 2: 'Peer in Cluster', 3: 'Peer Rejected' }), undefined, peers(3, { 1: 'Peer Rejected' })],
    ],
    [
      'all',
      [1, 2, 3].map((own) =>
        peers(own, { [own === 1 ? 2 : 1]: 'Peer Rejected', [own === 3 ? 2 : 3]: 'Peer Rejected' }),
      ),
    ],
  ])('%s: who is right is not guessed, and nothing is moved', (_what, all) => {
    const [one, ...more] = found(...all);
    expect([one?.code, one?.host, more]).toEqual(['rejected-peer', undefined, []]);
    expect(one?.fix.join(' ')).not.toMatch(/ mv | stop /);
  });
});

describe('what is to be done about the volume', () => {
  test.each([
    ['nobody knows it and all answered', cluster(bare, bare, bare), 'create', []],
    ['nobody knows it and one is silent', cluster(bare, bare, undefined), 'refused', ['silent-brick']],
    ['all have it', cluster(member, member, member), 'exists', []],
    ['one is silent, the others have it', cluster(member, member, undefined), 'exists', ['brick-away']],
    ['one is silent and one came back empty', cluster(member, bare, undefined), 'exists', ['bricks-lost']],
    ['all daemons are stopped', cluster(stopped, stopped, stopped), 'asleep', []],
    ['one daemon runs', cluster(stopped, member, stopped), 'exists', []],
    [
      'two volumes of the name',
      cluster(member, facts({ daemon: 'stopped', known: { mailu: 'another' } }), bare),
      'refused',
      ['two-volumes'],
    ],
    ['one came back empty', cluster(bare, member, member), 'exists', []],
    ['two came back empty', cluster(bare, member, bare), 'exists', ['bricks-lost']],
    ['a brick of a host that is not in the inventory', cluster(member, member), 'exists', ['unknown-brick']],
    [
      "a pool of somebody else's",
      cluster(
        facts({ daemon: 'running', peers: [{ uuid: 'x', names: ['198.51.100.7'], state: '' }] }),
        bare,
        bare,
      ),
      'create',
      ['foreign-pool'],
    ],
  ])('%s', (_what, hosts, kind, findings) => {
    expect(decideGluster(hosts, 'mailu').kind).toBe(kind);
    expect(codes(hosts)).toEqual(findings);
  });

  test('an emptied host never leads, though it comes first and knows the volume again', () => {
    const returned = { ...member, marks: { [PATH]: null } };
    const decision = decideGluster(cluster(returned, member, member), 'mailu');
    expect(decision.kind === 'exists' && decision.lead.name).toBe('mail-2');
    const emptied = (gluster: GlusterFacts | undefined) =>
      isEmptied({ brick: '', path: PATH, holder: host(1, gluster) }, ID);
    expect(emptied(returned)).toBe(true);
    expect(emptied(member)).toBe(false);
    expect(emptied(undefined)).toBe(false);
    // A host without getfattr cannot say what its bricks bear.
    expect(emptied({ ...member, marks: { [PATH]: 'unread' } })).toBe(false);
  });
});

describe('a brick whose disk is away', () => {
  const away = facts({
    ...member,
    marks: { [PATH]: null },
    away: { [PATH]: '/srv/gluster, which /etc/fstab names, is not mounted' },
  });
  const brickOf = (gluster: GlusterFacts) => ({ brick: '', path: PATH, holder: host(1, gluster) });

  test('is neither whole nor emptied', () => {
    expect([isWhole(brickOf(away), ID), isEmptied(brickOf(away), ID)]).toEqual([false, false]);
    const decision = decideGluster(cluster(away, member, member), 'mailu');
    expect(decision.kind === 'exists' && decision.lead.name).toBe('mail-2');
    expect(codes(cluster(away, member, member))).toEqual([]);
  });

  test('counts as missing where another of its set came back empty', () => {
    const [finding] = inspectGluster(cluster(away, bare, member), 'mailu');
    expect(finding).toMatchObject({
      code: 'bricks-lost',
      message:
        'mail-2 came back empty, and disks of mail-1 are away, and they are the greater part of one replica set; what is left may be old',
    });
  });
});

test('a damaged file of glusterd is no other volume', () => {
  const broken = facts({ daemon: 'stopped', known: { mailu: '' } });
  const [found, ...others] = inspectGluster(cluster(member, broken, member), 'mailu');
  expect([found?.code, found?.host, others]).toEqual(['volume-file-damaged', 'mail-2', []]);
  expect(found?.fix.join(' ')).not.toMatch(/out of the inventory/);
});

describe('bricks of a volume that no host knows any more', () => {
  const found = facts({ found: { '/data/old one': ID, '/srv/cut': null } });

  test('stop a run that would make an empty volume, wherever they are', () => {
    const hosts = cluster(bare, found, found);
    expect(decideGluster(hosts, 'mailu').kind).toBe('refused');
    const findings = inspectGluster(hosts, 'mailu');
    expect(findings.map(({ code, host: on }) => [code, on])).toEqual([
      ['lost-volume', 'mail-2'],
      ['lost-volume', 'mail-3'],
    ]);
    expect(findings[0]?.message).toContain(`/data/old one (${ID}), /srv/cut of a volume`);
    expect(findings[0]?.fix.join(' ')).toMatch(/arbiter's brick has empty files/);
    expect(findings[0]?.fix[0]).toBe("ssh mail-2 ls -lA -- '/data/old one' /srv/cut");
  });

  test('do not where they are known not to be meant, or their volume is known', () => {
    const paths = ['/data/old one', '/srv/cut'];
    expect(decideGluster(cluster(bare, found, found), 'mailu', paths).kind).toBe('create');
    expect(decideGluster(cluster(found, member, member), 'mailu').kind).toBe('exists');
    const other = facts({ daemon: 'stopped', known: { gv0: ID } });
    const marked = facts({ found: { '/b': ID } });
    expect(decideGluster(cluster(other, marked, bare), 'mailu', ['gv0']).kind).toBe('create');
  });

  test('are found beside another volume, whose own bricks are not lost', () => {
    const other = '1f0a3c5e-4c25-4620-ab82-864bda143f93';
    const recorded = [{ volume: 'vm', brick: `${address(1)}:/data/vm`, uuid: 'u', madeOn: undefined }];
    const beside = (found: GlusterFacts['found']) =>
      cluster(facts({ daemon: 'running', uuid: 'u', known: { vm: other }, recorded, found }), bare, bare);
    const kind = (found: GlusterFacts['found']) => decideGluster(beside(found), 'mailu', ['vm']).kind;
    expect(kind({ '/data/vm': other })).toBe('create');
    // Without `getfattr` there is no mark.
    expect([kind({ '/data/vm': null }), kind({ '/data/vm': 'unread' })]).toEqual(['create', 'create']);
    expect([kind({ '/data/gv0': ID }), kind({ '/data/gv0': null })]).toEqual(['refused', 'refused']);
    // At the path that another host has its brick at.
    const elsewhere = facts({ uuid: 'v', known: { vm: other }, recorded, found: { '/data/vm': null } });
    expect(decideGluster(cluster(elsewhere, bare, bare), 'mailu', ['vm']).kind).toBe('refused');
  });

  test('may be there where the disks could not be looked through in time', () => {
    expect(codes(cluster(bare, facts({ searched: false }), bare))).toEqual(['unsearched-disks']);
    expect(codes(cluster(member, member, facts({ searched: false })))).toEqual([]);
    const [slow] = inspectGluster(cluster(bare, facts({ searched: false }), bare), 'mailu');
    expect(slow?.fix.join(' ')).toMatch(/storage\.otherVolumes/);
  });
});

const UUIDS = ['d1558d31', '6045b7a7', '71910eb9'].map((start) => `${start}-a5cf-451c-94b6-4c940ff8dc11`);

interface Hand {
  /** How each brick was spelt when the volume was made. */
  readonly spelt: readonly string[];
  /** How each host calls each peer, where it is another word. */
  readonly peers?: readonly string[];
  readonly resolved?: Readonly<Record<string, readonly string[]>>;
  /** Releases whose files do not say which node a brick is on. */
  readonly old?: boolean;
  /** Hosts that were installed anew, by number from 1. */
  readonly anew?: readonly number[];
  readonly silent?: readonly number[];
  readonly stopped?: boolean;
}

/** Three hosts with a volume made by hand: addresses 192.0.2.11 to 13, on a second network 10.0.0.1 to 3. */
function byHand({
  spelt,
  peers = spelt,
  resolved = {},
  old = false,
  anew = [],
  silent = [],
  stopped = false,
}: Hand) {
  const bricks = spelt.map((name) => `${name}:${PATH}`);
  return [1, 2, 3].map((number): GlusterHost => {
    const gluster = facts({
      daemon: stopped ? 'stopped' : 'running',
      uuid: UUIDS[number - 1],
      peers: stopped
        ? []
        : UUIDS.map((uuid, index) => ({ uuid, names: [peers[index] ?? ''], state: '' })).filter(
            ({ uuid }) => uuid !== UUIDS[number - 1],
          ),
      volumes: stopped ? [] : [volume({ bricks })],
      known: { mailu: ID },
      marks: { [PATH]: ID },
      recorded: bricks.map((brick, index) => ({
        volume: 'mailu',
        brick,
        uuid: old ? undefined : UUIDS[index],
        madeOn: undefined,
      })),
      resolved,
    });
    const fresh = facts(number === 2 ? {} : { daemon: 'running', uuid: `${number}` });
    return {
      name: `node-${number}`,
      storageAddress: address(number),
      spellings: [`node-${number}`, address(number), `10.0.0.${number}`],
      facts: silent.includes(number) ? undefined : { gluster: anew.includes(number) ? fresh : gluster },
      onHost: (command) => `ssh node-${number} ${command}`,
    };
  });
}

const named = ['node-1', 'node-2', 'node-3'];
const second = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
const lookups = Object.fromEntries(named.map((name, index) => [name, [address(index + 1)]]));

/** `node-2 of node-2:/path`, brick by brick. */
const holders = (decision: GlusterDecision<GlusterHost>) =>
  'bricks' in decision ? decision.bricks.map(({ holder }) => holder?.name ?? 'nobody') : decision.kind;

describe('a volume made by hand is the one of these hosts, however they were spelt', () => {
  test.each<[string, Hand]>([
    ['by names', { spelt: named }],
    ['by names that are in /etc/hosts', { spelt: named, resolved: lookups }],
    ['by full names', { spelt: named.map((name) => `${name}.example.org`) }],
    ['by names that the inventory does not have', { spelt: ['a', 'b', 'c'] }],
    ['by addresses of another network', { spelt: second }],
    ['by addresses, and the peers by names', { spelt: [1, 2, 3].map(address), peers: named }],
    ['by names, and the peers by addresses', { spelt: named, peers: second }],
    ['some so, some so', { spelt: ['node-1', address(2), 'node-3.example.org'] }],
    ['with capitals', { spelt: ['Node-1', 'NODE-2', 'node-3'], old: true }],
    ['by names, with the daemons stopped', { spelt: named, stopped: true }],
    ['by names, in files of an old release', { spelt: named, old: true }],
    ['by addresses of another network, in files of an old release', { spelt: second, old: true }],
    ['by full names, in files of an old release', { spelt: named.map((name) => `${name}.lan`), old: true }],
    ['by names, one installed anew', { spelt: named, anew: [2] }],
    [
      'by names, one installed anew whose daemon runs already',
      { spelt: named, resolved: lookups, anew: [3] },
    ],
    ['by addresses of another network, one installed anew', { spelt: second, anew: [1] }],
    ['by names, one silent', { spelt: named, silent: [2] }],
    ['by names that are looked up, one silent', { spelt: named, resolved: lookups, silent: [1] }],
    [
      'by names that mean 127.0.1.1 on the host itself',
      { spelt: named, old: true, resolved: { ...lookups, 'node-1': ['127.0.1.1', address(1)] } },
    ],
  ])('%s', (_what, hand) => {
    const hosts = byHand(hand);
    expect(holders(decideGluster(hosts, 'mailu'))).toEqual(named);
    expect(codes(hosts)).toEqual('silent' in hand ? ['brick-away'] : []);
    for (const other of [hosts.toReversed(), [...hosts.slice(1), ...hosts.slice(0, 1)]])
      expect(decideGluster(other, 'mailu')).toEqual(decideGluster(hosts, 'mailu'));
  });

  test.each<[string, Hand]>([
    [
      'the name of one installed anew leads to another machine',
      { spelt: named, resolved: { ...lookups, 'node-2': ['203.0.113.9'] }, anew: [2] },
    ],
    ['a brick of a machine that is none of them', { spelt: ['node-1', 'node-2', 'old-3'], anew: [3] }],
  ])('but nobody is taken for another: %s', (_what, hand) => {
    expect(holders(decideGluster(byHand(hand), 'mailu'))).toContain('nobody');
    expect(codes(byHand(hand))).toEqual(['unknown-brick']);
  });

  test('copies of one machine are refused, and not taken for either', () => {
    const hosts = byHand({ spelt: named });
    const twin = { ...(hosts[2] as GlusterHost), facts: hosts[1]?.facts };
    expect(codes([...hosts.slice(0, 2), twin])).toEqual(['same-glusterd']);
  });

  test('a pool by names that has no volume yet is ours', () => {
    const hosts = byHand({ spelt: named }).map(
      (host): GlusterHost => ({
        ...host,
        facts: host.facts && {
          gluster: { ...host.facts.gluster, volumes: [], known: {}, recorded: [], marks: {} },
        },
      }),
    );
    expect(decideGluster(hosts, 'mailu').kind).toBe('create');
    expect(codes(hosts)).toEqual([]);
    const stranger = { uuid: 'somebody', names: ['backup-1'], state: '' };
    const [first] = hosts;
    if (first?.facts !== undefined)
      hosts[0] = {
        ...first,
        facts: { gluster: { ...first.facts.gluster, peers: [...first.facts.gluster.peers, stranger] } },
      };
    expect(inspectGluster(hosts, 'mailu')).toMatchObject([
      {
        level: 'refuse',
        code: 'foreign-pool',
        host: 'node-1',
        message: expect.stringContaining('backup-1 (somebody)'),
      },
    ]);
  });
});

describe('a volume of another name is not passed over', () => {
  const named = (name: string) => facts({ daemon: 'stopped', known: { [name]: ID } });
  test.each<[string, readonly GlusterFacts[], readonly string[], readonly string[]]>([
    ['on all', [named('gv0'), named('gv0'), named('gv0')], [], ['another-volume']],
    ['on one', [bare, bare, named('gv0')], [], ['another-volume']],
    ['meant to be beside it', [named('gv0'), bare, bare], ['gv0'], []],
    ['one is meant, another is not', [named('gv0'), named('gv1'), bare], ['gv0'], ['another-volume']],
    ["GlusterFS's own", [named('gluster_shared_storage'), bare, bare], [], []],
    ['ours is there as well', [facts({ known: { mailu: ID, gv0: 'x' } }), bare, bare], [], []],
  ])('%s', (_what, all, beside, expected) => {
    const found = inspectGluster(cluster(...all), 'mailu', beside).filter(
      ({ code }) => code === 'another-volume',
    );
    expect(found.map(({ code }) => code)).toEqual(expected);
  });

  test('the words name the setting that adopts it and the one that means both', () => {
    const [finding] = inspectGluster(cluster(named('gv0'), bare, bare), 'mailu');
    expect(finding?.fix).toEqual([
      'ssh mail-1 gluster volume info gv0',
      'Where gv0 is to hold the mail, write storage.volume: gv0.',
      'If an empty mailu is meant beside it, write storage.otherVolumes: [gv0].',
    ]);
  });
});

test('no fix of a finding takes anything away', () => {
  const all = [
    ...inspectGluster(cluster(member, facts({ known: { mailu: 'another' } }), bare), 'mailu'),
    ...inspectGluster(cluster(member, member), 'mailu'),
    ...inspectGluster(cluster(bare, member, bare), 'mailu'),
    ...inspectGluster(byHand({ spelt: ['node-1', 'node-2', 'old-3'], anew: [3] }), 'mailu'),
    ...inspectGluster(
      cluster(facts({ peers: [{ uuid: 'x', names: ['a'], state: '' }] }), bare, bare),
      'mailu',
    ),
    ...inspectGluster(
      cluster(
        facts({ uuid: 'u1', peers: [{ uuid: 'u9', names: [address(3)], state: '' }] }),
        facts({ uuid: 'u2', peers: [{ uuid: 'u8', names: [address(3)], state: '' }] }),
        bare,
      ),
      'mailu',
    ),
  ];
  expect(new Set(all.map(({ code }) => code))).toEqual(
    new Set(['two-volumes', 'unknown-brick', 'bricks-lost', 'foreign-pool', 'two-pools']),
  );
  for (const { fix } of all)
    expect(fix.join('\n')).not.toMatch(/detach|remove-brick|delete|umount|\brm\b|wipe|reset|force/);
});
