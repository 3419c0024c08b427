import { expect, test } from 'vitest';
import storage from '../../playbooks/storage.ts';
import type { GlusterFacts } from '../../src/facts/index.ts';
import { Refusal } from '../../src/resource/index.ts';
import { ID, pooled, siteOf } from './sites.ts';

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
