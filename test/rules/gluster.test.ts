import { describe, expect, test } from 'vitest';
import type { GlusterFacts, GlusterVolume } from '../../src/facts/index.ts';
import { decideGluster, type GlusterHost, inspectGluster, isEmptied } from '../../src/rules/index.ts';

const ID = '7370e8d8-4c25-4620-ab82-864bda143f93';
const PATH = '/srv/gluster/mailu';
const address = (number: number) => `192.0.2.1${number}`;

const volume = (change: Partial<GlusterVolume> = {}): GlusterVolume => ({
  name: 'mailu',
  id: ID,
  started: true,
  setSize: 3,
  arbiter: false,
  bricks: [1, 2, 3].map((number) => `${address(number)}:${PATH}`),
  options: {},
  ...change,
});

const facts = (change: Partial<GlusterFacts> = {}): GlusterFacts => ({
  daemon: 'absent',
  uuid: undefined,
  operatingVersion: undefined,
  peers: [],
  volumes: [],
  known: {},
  marks: {},
  ...change,
});

const bare = facts();
const member = facts({ daemon: 'running', volumes: [volume()], known: { mailu: ID }, marks: { [PATH]: ID } });
const stopped = facts({ daemon: 'stopped', known: { mailu: ID }, marks: { [PATH]: ID } });

const host = (number: number, gluster: GlusterFacts | undefined): GlusterHost => ({
  name: `mail-${number}`,
  storageAddress: address(number),
  facts: gluster === undefined ? undefined : { gluster },
  onHost: (command) => `ssh mail-${number} ${command}`,
});
const cluster = (...all: (GlusterFacts | undefined)[]) =>
  all.map((gluster, index) => host(index + 1, gluster));
const codes = (hosts: readonly GlusterHost[]) => inspectGluster(hosts, 'mailu').map(({ code }) => code);

describe('what is to be done about the volume', () => {
  test.each([
    ['nobody knows it and all answered', cluster(bare, bare, bare), 'create', []],
    ['nobody knows it and one is silent', cluster(bare, bare, undefined), 'refused', ['silent-brick']],
    ['all have it', cluster(member, member, member), 'exists', []],
    ['one is silent, the others have it', cluster(member, member, undefined), 'exists', []],
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
    expect(isEmptied(host(1, returned), volume())).toBe(true);
    expect(isEmptied(host(2, member), volume())).toBe(false);
    expect(isEmptied(host(3, undefined), volume())).toBe(false);
  });
});
