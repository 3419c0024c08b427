import { expect, test } from 'vitest';
import storage from '../../playbooks/storage.ts';
import type { GlusterFacts } from '../../src/facts/index.ts';
import { Refusal } from '../../src/resource/index.ts';
import { ID, pooled, siteOf, uuidOf } from './sites.ts';

const PATH = '/srv/gluster/mailu';
const bricks = [1, 2, 3].map((number) => [`node-${number}:${PATH}`, number] as const);
const away = { marks: { [PATH]: null }, away: { [PATH]: '/srv/gluster is not mounted' } };

/** The resources of a stage on one of three hosts whose bricks were made on a disk of their own. */
function wanted(name: string, number: number, changes: Readonly<Record<number, Partial<GlusterFacts>>> = {}) {
  const hosts = [1, 2, 3].map((each) => {
    const facts = pooled(each, bricks);
    const recorded = (facts.recorded ?? []).map((record) => ({ ...record, madeOn: '/srv/gluster' }));
    return { name: `node-${each}`, gluster: { ...facts, recorded, ...changes[each] } };
  });
  const site = siteOf({ kind: 'glusterfs', allowRootFilesystem: true }, hosts);
  const stage = storage.stages.find((each) => each.name === name);
  const host = site.hosts.find((each) => each.name === `node-${number}`);
  return stage?.resources(host as never, site as never) ?? [];
}

test('what an emptied brick has missed is noted by its id, which its place is not once bricks were added to each set', () => {
  // As `add-brick replica 3` leaves a volume of 2 x 2: new bricks end each set, with the next numbers.
  const many = ['a', 'b', 'e', 'c', 'd', 'f'].map((name, index) => {
    const number = (index % 3) + 1;
    return [`node-${number}:/srv/${name}`, number] as const;
  });
  const ids = [0, 1, 4, 2, 3, 5];
  const recorded = many.map(([brick, holder], index) => ({
    volume: 'mailu',
    brick,
    uuid: uuidOf(holder),
    id: `mailu-client-${ids[index]}`,
    madeOn: undefined,
  }));
  const hosts = [1, 2, 3].map((each) => {
    const facts = pooled(each, many);
    const marks = each === 3 ? { '/srv/e': null, '/srv/f': ID } : facts.marks;
    return { name: `node-${each}`, gluster: { ...facts, recorded, marks } };
  });
  const site = siteOf({ kind: 'glusterfs' }, hosts as never);
  const stage = storage.stages.find(({ name }) => name === 'blame');
  const [blame] = stage?.resources(site.hosts[0] as never, site as never) ?? [];
  expect(blame?.id).toBe('gluster-blame node-3:/srv/e');
  expect(blame?.probe.shown).toContain('trusted.afr.mailu-client-4 ');
});

test('a brick is not made anew on another disk than the one that it was made on', () => {
  const [brick] = wanted('bricks', 1);
  const judge = (stdout: string) => brick?.judge({ code: 0, stdout, stderr: '' }, { paths: new Set() });
  expect(judge(`/srv/gluster\n${ID.replaceAll('-', '')}\nmail\n`)).toMatchObject({ changes: [] });
  expect(judge('/srv/gluster\nabsent\n')).toMatchObject({ changes: [{ field: 'directory' }, {}] });
  expect(() => judge('/\nabsent\n')).toThrow(Refusal);
});

test('nothing is said of a brick whose disk is away, and its host says nothing of others', () => {
  const empty = { marks: { [PATH]: null } };
  expect(wanted('blame', 2, { 1: empty }).map(({ id }) => id)).toEqual([`gluster-blame node-1:${PATH}`]);
  expect([1, 2, 3].flatMap((number) => wanted('blame', number, { 1: away }))).toEqual([]);
  expect(() => wanted('blame', 3, { 1: away, 2: empty })).toThrow(Refusal);
});
