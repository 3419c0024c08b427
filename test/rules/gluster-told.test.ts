import { describe, expect, test } from 'vitest';
import type { GlusterFacts } from '../../src/facts/index.ts';
import { inspectGluster } from '../../src/rules/index.ts';
import { at, bare, hostsOf, ID, member, PATH, type Pool, uuid } from './gluster.ts';

const told = (...all: readonly (GlusterFacts | undefined)[]) =>
  inspectGluster(hostsOf(...all), 'mailu').map(({ level, code }) => `${level} ${code}`);
const THREE: Pool = { bricks: 3 };
const whole = (number: number, change: Partial<Pool> = {}) => member(number, { ...THREE, ...change });

describe('bricks of hosts that did not answer', () => {
  test('are away, and nothing more, while the pool is connected with them', () => {
    expect(told(whole(1), whole(2), undefined)).toEqual(['warn brick-away']);
    // By its peers, all of them run: only this machine does not reach them.
    expect(told(whole(1), undefined, undefined)).toEqual(['warn brick-away']);
    const [finding] = inspectGluster(hostsOf(whole(1), undefined, undefined), 'mailu');
    expect(finding?.message).toContain('mail-2 and mail-3 did not answer, and have the bricks');
    expect(finding?.message).toContain(
      'mail-1 is connected with mail-2 and mail-3; nothing was seen to be away',
    );
    expect(finding?.fix).toEqual([
      'bring mail-2 and mail-3 back, and run again with all hosts',
      'mail-1$ gluster volume status mailu',
    ]);
  });

  test('are away where the pool has lost one of three: the others are a majority', () => {
    expect(told(whole(1, { lost: [3] }), whole(2, { lost: [3] }), undefined)).toEqual(['warn brick-away']);
    const [finding] = inspectGluster(hostsOf(whole(1, { lost: [3] }), whole(2), undefined), 'mailu');
    expect(finding?.message).toContain('mail-3 did not answer, and has the brick');
    expect(finding?.message).toContain('mail-1 has lost mail-3 as a peer. The volume has its quorum');
  });

  test('stop a run where the pool has lost two of three', () => {
    expect(told(whole(1, { lost: [2, 3] }), undefined, undefined)).toEqual(['refuse volume-without-quorum']);
  });

  test('of two, the first of the set alone is enough, and the second alone is not', () => {
    const two = { bricks: 2 };
    expect(told(member(1, { ...two, lost: [2] }), undefined)).toEqual(['warn brick-away']);
    expect(told(undefined, member(2, { ...two, lost: [1] }))).toEqual(['refuse volume-without-quorum']);
  });

  test('count within their own set: a set that has lost its majority is not made up for by another', () => {
    const six = { bricks: 6, setSize: 3, lost: [5, 6] };
    const hosts = [1, 2, 3, 4].map((number) => member(number, six));
    expect(told(...hosts, undefined, undefined)).toEqual(['refuse volume-without-quorum']);
    const spread = { bricks: 6, setSize: 3, lost: [3, 6] };
    expect(
      told(member(1, spread), member(2, spread), undefined, member(4, spread), member(5, spread), undefined),
    ).toEqual(['warn brick-away']);
  });

  test('are told while no daemon runs, and the quorum is not known yet', () => {
    const stopped: GlusterFacts = {
      ...whole(1),
      daemon: 'stopped',
      volumes: [],
      peers: [],
      recorded: [1, 2, 3].map((number) => ({
        volume: 'mailu',
        brick: `${at(number)}:${PATH}`,
        uuid: uuid(number),
        madeOn: undefined,
      })),
    };
    const [finding, ...others] = inspectGluster(
      hostsOf(stopped, { ...stopped, uuid: uuid(2) }, undefined),
      'mailu',
    );
    expect([finding?.level, finding?.code, others]).toEqual(['warn', 'brick-away', []]);
    expect(finding?.message).toContain('known once glusterd runs');
  });
});

describe('an emptied brick', () => {
  test('is filled from the others where those are most of its set, and all hosts answered', () => {
    expect(told(bare, whole(2), whole(3))).toEqual([]);
    const four = { bricks: 4 };
    expect(told(bare, bare, member(3, four), member(4, four))).toEqual([]);
    expect(told(bare, bare, bare, member(4, four))).toEqual(['refuse bricks-lost']);
  });

  test('is not filled while a host of its set is silent: that one may have what was written last', () => {
    const [finding, ...others] = inspectGluster(hostsOf(bare, whole(2), undefined), 'mailu');
    expect([finding?.level, finding?.code, others]).toEqual(['refuse', 'bricks-lost', []]);
    expect(finding?.message).toContain('mail-1 came back empty, and mail-3 did not answer, and may have');
    expect(finding?.fix[0]).toBe('bring mail-3 back first, and run again with all hosts');
    expect(finding?.fix.at(-1)).toBe('mail-2$ gluster volume heal mailu info');
  });

  test('is filled while only a host of another set is silent', () => {
    const six = { bricks: 6, setSize: 3 };
    const hosts = [2, 3, 4, 5].map((number) => member(number, six));
    expect(told(bare, ...hosts, undefined)).toEqual(['warn brick-away']);
  });
});

describe('what is refused about the pool', () => {
  test.each<[string, readonly (GlusterFacts | undefined)[], string]>([
    ['copies of one machine', [whole(1), { ...whole(2), uuid: uuid(1) }, whole(3)], 'same-glusterd'],
    ['a brick of a machine that is not in the inventory', [whole(1), whole(2)], 'unknown-brick'],
    ['two volumes of the name', [whole(1), { ...whole(2), known: { mailu: 'x' } }, whole(3)], 'two-volumes'],
    ['a damaged file', [whole(1), { ...whole(2), known: { mailu: '' } }, whole(3)], 'volume-file-damaged'],
    ['a silent host, where nobody knows the volume', [bare, undefined], 'silent-brick'],
    ['a volume of another name', [{ ...bare, known: { gv0: ID } }, bare], 'another-volume'],
    ['a brick that nobody knows', [{ ...bare, found: { '/b': ID } }, bare], 'lost-volume'],
    ['disks that were not looked through', [{ ...bare, searched: false }, bare], 'unsearched-disks'],
    [
      'two pools',
      [
        { ...bare, uuid: uuid(1), peers: [{ uuid: uuid(3), names: [at(3)], state: '' }] },
        { ...bare, uuid: uuid(2), peers: [{ uuid: uuid(4), names: [at(4)], state: '' }] },
        { ...bare, uuid: uuid(3) },
        { ...bare, uuid: uuid(4) },
      ],
      'two-pools',
    ],
  ])('%s', (_, all, code) => {
    expect(told(...all)).toEqual([`refuse ${code}`]);
    for (const { fix } of inspectGluster(hostsOf(...all), 'mailu')) expect(fix.length).toBeGreaterThan(0);
  });

  test('one pool of which each host lists the others is one', () => {
    const peers = (own: number) =>
      [1, 2]
        .filter((other) => other !== own)
        .map((other) => ({ uuid: uuid(other), names: [at(other)], state: '' }));
    const pooled = (own: number) => ({ ...bare, uuid: uuid(own), peers: peers(own) });
    expect(told(pooled(1), pooled(2), bare)).toEqual([]);
  });
});

describe('members of a pool that reject each other', () => {
  const rejecting = (number: number, rejected: readonly number[]): GlusterFacts => ({
    ...whole(number),
    peers: whole(number).peers.map((peer) =>
      rejected.some((other) => peer.uuid === uuid(other))
        ? { ...peer, state: 'Peer Rejected (Connected)' }
        : peer,
    ),
  });

  test('are both to be looked at where only one says so, and no other host is', () => {
    const [finding, ...others] = inspectGluster(hostsOf(rejecting(1, [2]), whole(2), whole(3)), 'mailu');
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      level: 'refuse',
      code: 'rejected-peer',
      message: expect.stringContaining('on mail-1 and mail-2 does not agree'),
      fix: [expect.stringMatching(/^mail-1\$ /), expect.stringMatching(/^mail-2\$ /)],
    });
    expect(finding).not.toHaveProperty('host');
  });

  test('are one alone where most of the pool has rejected it', () => {
    expect(
      inspectGluster(hostsOf(rejecting(1, [3]), rejecting(2, [3]), rejecting(3, [1, 2])), 'mailu'),
    ).toMatchObject([
      {
        level: 'refuse',
        code: 'rejected-peer',
        host: 'mail-3',
        fix: [expect.stringMatching(/^mail-3\$ /), expect.any(String)],
      },
    ]);
  });
});
