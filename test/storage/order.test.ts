import { expect, test } from 'vitest';
import { addressOf, pooled, type SiteHost, saidOf, siteOf } from './sites.ts';

type Bricks = readonly (readonly [string, number])[];

const gluster = { kind: 'glusterfs' };
const nfs = { kind: 'nfs', server: 'node-2', export: '/srv/mail' };
const names = (...numbers: readonly number[]): readonly SiteHost[] =>
  numbers.map((number) => ({ name: `node-${number}` }));
const own: Bricks = [2, 10, 1].map(
  (number) => [`${addressOf(`node-${number}`)}:/srv/gluster/mailu`, number] as const,
);
const spelt: Bricks = [2, 10, 1].map((number) => [`node-${number}:/data/gv0`, number] as const);
const six: Bricks = [1, 2, 10, 4, 5, 6].map((number) => [`node-${number}:/b`, number] as const);
const having = (bricks: Bricks, ...numbers: readonly number[]): readonly SiteHost[] =>
  numbers.map((number) => ({ name: `node-${number}`, gluster: pooled(number, bricks) }));

const SITES: readonly (readonly [string, object, readonly SiteHost[]])[] = [
  ['bare hosts', gluster, names(1, 2, 10)],
  ['more bare hosts than bricks', gluster, names(1, 2, 3, 10)],
  [
    'bricks asked for',
    gluster,
    names(1, 2, 3, 10).map((host) => ({ ...host, settings: { brick: host.name !== 'node-2' } })),
  ],
  [
    'six bricks to be made',
    gluster,
    names(1, 2, 3, 4, 5, 10).map((host) => ({ ...host, settings: { brick: true } })),
  ],
  ['one silent, nothing known', gluster, [...names(1, 2), { name: 'node-10', gluster: 'silent' }]],
  ['the volume is there', gluster, having(own, 1, 2, 10)],
  ['the volume is there, and a client', gluster, [...having(own, 1, 2, 10), ...names(3)]],
  [
    'the volume is there by names',
    { ...gluster, brickPath: '/data/gv0' },
    [...having(spelt, 1, 2, 10), ...names(3)],
  ],
  ['one silent', gluster, [...having(own, 1, 2), { name: 'node-10', gluster: 'silent' }]],
  ['one installed anew', gluster, [...having(spelt, 1, 2), ...names(10)]],
  ['six bricks by names, one installed anew', gluster, [...having(six, 1, 2, 10, 4, 5), ...names(6)]],
  [
    'daemons stopped',
    gluster,
    [1, 2, 10].map((number) => ({
      name: `node-${number}`,
      gluster: pooled(number, spelt, { daemon: 'stopped' }),
    })),
  ],
  [
    'a volume of another name',
    gluster,
    [1, 2, 10].map((number) => ({ name: `node-${number}`, gluster: pooled(number, spelt, { name: 'gv0' }) })),
  ],
  [
    'on another network',
    gluster,
    [1, 2, 10].map((number) => ({
      name: `node-${number}`,
      gluster: pooled(
        number,
        own.map(([brick, holder]) => [brick.replace('192.0.2', '10.0.0'), holder] as const),
      ),
      addresses: [`192.0.2.${number}`, `10.0.0.${number}`],
    })),
  ],
  ['NFS of one of them', nfs, names(1, 2, 10)],
  ['NFS of another machine', { ...nfs, server: '192.0.2.99' }, names(1, 2, 10)],
  ['no shared storage', {}, names(1)],
];

/** All orders of up to four, and of more than that each one first, last and turned round. */
function orders<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length > 4)
    return all.flatMap((_, at) => {
      const turned = [...all.slice(at), ...all.slice(0, at)];
      return [turned, turned.toReversed()];
    });
  if (all.length < 2) return [all];
  return all.flatMap((first, at) => orders(all.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}

test.each(SITES)('the order of hosts in the file means nothing: %s', (_what, settings, hosts) => {
  const said = saidOf(siteOf(settings, hosts));
  for (const order of orders(hosts)) expect(saidOf(siteOf(settings, order))).toEqual(said);
});

test('a figure of what was compared', () => {
  const count = SITES.reduce((sum, [, , hosts]) => sum + orders(hosts).length, 0);
  process.stdout.write(`figure  orders of hosts compared: ${count} of ${SITES.length} sites\n`);
  expect(count).toBeGreaterThan(100);
});

test('the first by name, numbers by value, get the bricks of a new volume', () => {
  const said = JSON.stringify(saidOf(siteOf(gluster, names(10, 3, 2, 1)))['node-1']);
  expect(said).toContain(
    '192.0.2.1:/srv/gluster/mailu 192.0.2.2:/srv/gluster/mailu 192.0.2.3:/srv/gluster/mailu',
  );
  expect(said).toContain('192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.10');
});
