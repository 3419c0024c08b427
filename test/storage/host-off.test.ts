import { describe, expect, test } from 'vitest';
import type { Reached } from '../../playbooks/settings/storage.ts';
import { peersConnected, poolKeepsQuorum } from '../../playbooks/storage/gluster-gates.ts';
import { VOLUME_OPTIONS } from '../../playbooks/storage/options.ts';
import storage from '../../playbooks/storage.ts';
import { saidInParts } from '../resources/said-in-parts.ts';
import { addressOf, ID, pooled, type SiteHost, saidOf, siteOf, uuidOf } from './sites.ts';

const PATH = '/srv/gluster/mailu';
const bricksOf = (count: number) =>
  Array.from({ length: count }, (_, index) => [`${addressOf(`n${index + 1}`)}:${PATH}`, index + 1] as const);

interface Off {
  readonly off?: readonly number[];
  readonly silent?: readonly number[];
  readonly more?: readonly SiteHost[];
}

/** A pool of as many hosts, as those that answer see it while some are off. */
function pool(count: number, { off = [], silent = off, more = [] }: Off = {}) {
  const hosts = bricksOf(count).map(([, number]): SiteHost => {
    if (silent.includes(number)) return { name: `n${number}`, gluster: 'silent' };
    const facts = pooled(number, bricksOf(count));
    const peers = facts.peers?.map((peer) => ({
      ...peer,
      state: off.some((other) => peer.uuid === uuidOf(other))
        ? 'Peer in Cluster (Disconnected)'
        : 'Peer in Cluster (Connected)',
    }));
    return { name: `n${number}`, gluster: { ...facts, peers: peers ?? [] } };
  });
  return siteOf({ kind: 'glusterfs' }, [...hosts, ...more]);
}

const codes = (site: ReturnType<typeof pool>) =>
  storage.inspect(site as never).map(({ level, code }) => `${level} ${code}`);
const stage = (site: ReturnType<typeof pool>, name: string, host = 'n1') =>
  storage.stages
    .find((one) => one.name === name)
    ?.resources(site.hosts.find((one) => one.name === host) as never, site as never)
    .map(({ id }) => id);

describe('a brick host that is off', () => {
  test('is a warning, and no difference that the others could remove', () => {
    const site = pool(3, { off: [3] });
    const [finding] = storage.inspect(site as never);
    expect(finding).toMatchObject({
      level: 'warn',
      code: 'brick-away',
      message: `n3 did not answer, and has the brick 192.0.2.3:${PATH} of volume mailu, and n1 has lost n3 as a peer. The volume has its quorum with what is left; what is written meanwhile is healed when all are back, which a run with all hosts waits for`,
    });
    expect(stage(site, 'peers')).toEqual(['gluster-peer 192.0.2.2']);
  });

  test('changes nothing else of what the others are to have', () => {
    const stages = (site: ReturnType<typeof pool>, host: string) =>
      (saidOf(site)[host] as [string, unknown][]).filter(
        ([name]) => !['peers', 'volume', 'heal'].includes(name),
      );
    for (const host of ['n1', 'n2'])
      expect(stages(pool(3, { off: [3] }), host)).toEqual(stages(pool(3), host));
  });

  test('leaves nothing to do for the volume and for what waits to be healed', () => {
    const site = pool(3, { off: [3] });
    const bricks = bricksOf(3).map(([brick]) => brick);
    const options = { ...VOLUME_OPTIONS, 'auth.allow': '192.0.2.1,192.0.2.2,192.0.2.3' };
    const volumes = `Volume Name: mailu
Type: Replicate
Volume ID: ${ID}
Status: Started
Number of Bricks: 1 x 3 = 3
${bricks.map((brick, index) => `Brick${index + 1}: ${brick}`).join('\n')}
Options Reconfigured:
${Object.entries(options)
  .map(([name, value]) => `${name}: ${value}`)
  .join('\n')}
`;
    const said = (online: readonly string[]) => {
      const rows = online.map(
        (brick) => `${'-'.repeat(78)}\nBrick                : Brick ${brick}\nOnline               : Y\n`,
      );
      return saidInParts({ volumes, status: rows.join('') });
    };
    const changes = (name: string, stdout: string) => {
      const one = storage.stages.find((each) => each.name === name);
      const [resource] = one?.resources(site.hosts[0] as never, site as never) ?? [];
      const judged = resource?.judge({ code: 0, stdout, stderr: '' }, { paths: new Set() });
      return judged?.state === 'unobservable' ? judged.reason : judged?.changes.map(({ field }) => field);
    };
    expect(changes('volume', said(bricks.slice(0, 2)))).toEqual([]);
    expect(changes('volume', said(bricks.slice(0, 1)))).toEqual([`brick ${bricks[1]}`]);
    // What is left of the summary, see `test/resources/host-off.test.ts`.
    expect(changes('heal', 'Number of entries in split-brain: 0\n'.repeat(2))).toEqual([]);
  });

  test('is a warning also where only this machine does not reach it', () => {
    const site = pool(3, { silent: [3] });
    expect(codes(site)).toEqual(['warn brick-away']);
    expect(storage.inspect(site as never)[0]?.message).toContain('n1 is connected with n3');
  });

  test('is refused where what is left of any set has no quorum', () => {
    expect(codes(pool(3, { off: [2, 3] }))).toEqual(['refuse volume-without-quorum']);
    expect(codes(pool(6, { off: [3, 6] }))).toEqual(['warn brick-away']);
    expect(codes(pool(6, { off: [5, 6] }))).toEqual(['refuse volume-without-quorum']);
    expect(codes(pool(3, { off: [3], silent: [2, 3] }))).toEqual(['warn brick-away']);
  });

  test('a brick is started by force only where nobody could be taken for a brick unseen', () => {
    const info = [
      'Volume Name: mailu',
      'Type: Replicate',
      `Volume ID: ${ID}`,
      'Status: Started',
      'Number of Bricks: 1 x 3 = 3',
    ];
    const bricks = bricksOf(3).map(([brick], index) => `Brick${index + 1}: ${brick}`);
    const status = `Brick : Brick 192.0.2.1:${PATH}\nOnline : N\n${'-'.repeat(30)}\nBrick : Brick 192.0.2.2:${PATH}\nOnline : Y\n`;
    const stdout = saidInParts({ volumes: `${[...info, 'Bricks:', ...bricks].join('\n')}\n`, status });
    const judged = (site: ReturnType<typeof pool>) => {
      const volume = storage.stages.find(({ name }) => name === 'volume');
      const [wanted] = volume?.resources(site.hosts[0] as never, site as never) ?? [];
      return wanted?.judge({ code: 0, stdout, stderr: '' }, { paths: new Set() });
    };
    expect(judged(pool(3, { off: [3] }))).toMatchObject({ state: 'observed' });
    expect(() => judged(pool(3, { silent: [3] }))).toThrow(/the hosts of 192\.0\.2\.3:\S+ did not answer/);
  });

  test('stays a difference while it is reached', () => {
    const site = pool(3, { off: [3], silent: [] });
    expect(codes(site)).toEqual([]);
    expect(stage(site, 'peers')).toEqual(['gluster-peer 192.0.2.2', 'gluster-peer 192.0.2.3']);
  });

  test('may have what was written last: an emptied brick of its set is not filled', () => {
    const emptied = (away: readonly number[]) => {
      const { hosts, ...site } = pool(6, { off: away });
      const bare = siteOf({ kind: 'glusterfs' }, [{ name: 'n2' }]).hosts;
      return { ...site, hosts: hosts.map((host) => (host.name === 'n2' ? (bare[0] as typeof host) : host)) };
    };
    expect(codes(emptied([3]))).toEqual(['refuse bricks-lost']);
    expect(() => stage(emptied([3]), 'bricks', 'n2')).toThrow('n2 came back empty, and n3 did not answer');
    expect(codes(emptied([6]))).toEqual(['warn brick-away']);
  });

  test('is still to be probed where it was never a member', () => {
    const more = [4, 5, 6].map(
      (number): SiteHost => ({ name: `n${number}`, gluster: 'silent', settings: { brick: true } }),
    );
    const { hosts, ...site } = pool(3, { more });
    const asked = { ...site, hosts: hosts.map((host) => ({ ...host, settings: { brick: true } })) };
    expect(stage(asked, 'peers')).toContain('gluster-peer 192.0.2.4');
  });
});

describe('gates around a glusterd that starts', () => {
  const status = (states: Readonly<Record<number, 'Connected' | 'Disconnected'>>) =>
    Object.entries(states)
      .map(
        ([number, state]) =>
          `Hostname: 192.0.2.${number}\nUuid: ${uuidOf(Number(number))}\nState: Peer in Cluster (${state})\n`,
      )
      .join('\n');
  const said = (text: string, code = 0) => ({ code, stdout: `Number of Peers: 2\n\n${text}`, stderr: '' });
  const first = (site: ReturnType<typeof pool>) => site.hosts[0] as Reached;

  test('all peers that answered are waited for, and no other', () => {
    const site = pool(3, { off: [3] });
    const ask = peersConnected(first(site), site).probe.parse;
    expect(ask(said(status({ 2: 'Connected', 3: 'Disconnected' })))).toBe(true);
    expect(ask(said(status({ 2: 'Disconnected', 3: 'Connected' })))).toBe('1 of them not connected');
    expect(ask(said(status({ 2: 'Connected', 9: 'Disconnected' })))).toBe('1 of them not connected');
    expect(ask(said('', 1))).toBe('glusterd does not answer');
    const whole = pool(3);
    expect(
      peersConnected(first(whole), whole).probe.parse(said(status({ 2: 'Connected', 3: 'Disconnected' }))),
    ).toBe('1 of them not connected');
  });

  test.each<[string, Parameters<typeof status>[0], boolean]>([
    ['all are there', { 2: 'Connected', 3: 'Connected' }, true],
    ['one of three is away', { 2: 'Connected', 3: 'Disconnected' }, false],
    ['there is no quorum to lose', { 2: 'Disconnected', 3: 'Disconnected' }, true],
    ['one of four is away', { 2: 'Connected', 3: 'Connected', 4: 'Disconnected' }, false],
    ['one of five is away', { 2: 'Connected', 3: 'Connected', 4: 'Connected', 5: 'Disconnected' }, true],
    ['two of two are there', { 2: 'Connected' }, true],
    ['there is no pool', {}, true],
  ])('it is not started anew where the others would lose their quorum: %s', (_, states, open) => {
    const answer = poolKeepsQuorum(first(pool(3))).probe.parse(said(status(states)));
    expect(answer === true).toBe(open);
  });
});
