import { expect, test } from 'vitest';
import storage from '../../playbooks/storage.ts';
import { addressOf, pooled, saidOf, siteOf } from './sites.ts';

const bricks = [1, 2, 3].map((number) => [`node-${number}:/b`, number] as const);

/** What is said of a volume that is used from these addresses. */
function said(used: readonly string[], options: Readonly<Record<string, string>>, settings: object = {}) {
  const hosts = [1, 2, 3].map((number) => ({
    name: `node-${number}`,
    gluster: { ...pooled(number, bricks, { change: { options } }), clients: used },
  }));
  const site = siteOf({ kind: 'glusterfs', ...settings }, hosts);
  return {
    codes: storage.inspect(site as never).map(({ code, level }) => `${level} ${code}`),
    allowed: /"field":"auth.allow","from":null,"to":"([^"]*)"/.exec(JSON.stringify(saidOf(site)))?.[1],
  };
}
const ours = [1, 2, 3].map((number) => addressOf(`node-${number}`)).join(',');

test('whoever mounts a volume that everybody may mount keeps on, and is named', () => {
  expect(said(['192.0.2.1'], {})).toEqual({ codes: [], allowed: ours });
  expect(said(['192.0.2.77', '192.0.2.1'], {})).toEqual({
    codes: ['warn other-clients'],
    allowed: `${ours},192.0.2.77`,
  });
  expect(said(['192.0.2.77'], {}, { clients: ['192.0.2.77'] })).toEqual({
    codes: [],
    allowed: `${ours},192.0.2.77`,
  });
});

test('where the volume says who may, one that tries is not let in', () => {
  expect(said(['192.0.2.77'], { 'auth.allow': ours })).toEqual({ codes: [], allowed: ours });
});
