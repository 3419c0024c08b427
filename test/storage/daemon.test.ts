import { expect, test } from 'vitest';
import storage from '../../playbooks/storage.ts';
import { glusterFacts } from '../../src/facts/index.ts';
import { pooled, type SiteHost, saidOf, siteOf, uuidOf } from './sites.ts';

/** The settings that glusterd gets on the first of three hosts that has these now. */
function written(lines: readonly string[]): readonly string[] {
  const stdout = [...lines.map((line) => `option ${line}`), 'daemon absent', ''].join('\n');
  const gluster = glusterFacts('mailu').parse({ code: 0, stdout, stderr: '' });
  if (!('daemonOptions' in gluster)) throw new Error('no facts');
  const hosts = ['node-1', 'node-2', 'node-3'].map((name) => ({ name, gluster }));
  const said = JSON.stringify(saidOf(siteOf({ kind: 'glusterfs' }, hosts))['node-1']);
  const content = /# Written by provision.\\n(volume management.*?)end-volume/.exec(said)?.[1] ?? '';
  return [...content.matchAll(/option (\S+ .*?)(?=\\)/g)].map(([, option = '']) => option);
}

test('a member of a pool whose glusterd keeps its state elsewhere is known by what is there', () => {
  const bricks = [1, 2, 3].map((number) => [`node-${number}:/b`, number] as const);
  const hosts = [1, 2, 3].map((number) => ({
    name: `node-${number}`,
    gluster: { ...pooled(number, bricks), daemonOptions: { 'working-directory': '/data/glusterd' } },
  }));
  const site = siteOf({ kind: 'glusterfs' }, hosts);
  const stage = storage.stages.find(({ name }) => name === 'software');
  const resources = stage?.resources(site.hosts[1] as never, site as never) ?? [];
  const identity = resources.find(({ id }) => id.startsWith('gluster-identity'));
  expect(identity?.id).toBe('gluster-identity /data/glusterd/glusterd.info');
  const judged = identity?.judge(
    { code: 0, stdout: `${uuidOf(2)}\nused\n`, stderr: '' },
    { paths: new Set() },
  );
  expect(judged).toMatchObject({ changes: [] });
});

test('bare hosts start glusterd together; one that knows a volume, or runs, has its turn', () => {
  const bricks = [1, 2, 3].map((number) => [`node-${number}:/b`, number] as const);
  const together = (gluster: SiteHost['gluster']) => {
    const site = siteOf({ kind: 'glusterfs' }, [{ name: 'node-1', ...(gluster && { gluster }) }]);
    const { rolling } = storage.stages.find(({ name }) => name === 'daemon') ?? {};
    return rolling?.apart?.(site.hosts[0] as never, site as never);
  };
  expect(together(undefined)).toBe(true);
  expect(together({ daemon: 'stopped' })).toBe(true);
  expect(together({ daemon: 'running' })).toBe(false);
  expect(together(pooled(1, bricks))).toBe(false);
  expect(together(pooled(1, bricks, { daemon: 'stopped' }))).toBe(false);
});

test('where glusterd keeps its state stays, and what we do not set stays', () => {
  const usual = written([]);
  expect(usual).toContain('working-directory /var/lib/glusterd');
  expect(usual).toHaveLength(10);
  expect(written(usual)).toEqual(usual);
  const odd = written([
    'working-directory /data/glusterd',
    'transport-type "socket,rdma"',
    'transport.socket.bind-address 10.0.0.1',
    'max-port 60999',
  ]);
  expect(odd).toContain('working-directory /data/glusterd');
  expect(odd).toContain('transport.socket.bind-address 10.0.0.1');
  expect(odd).toContain('max-port 24009');
  expect(odd).toHaveLength(11);
  expect(written(odd)).toEqual(odd);
});
