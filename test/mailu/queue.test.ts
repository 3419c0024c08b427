import { expect, test } from 'vitest';
import { inspectQueue } from '../../playbooks/mailu/queue.ts';
import type { ContainerFact } from '../../src/facts/index.ts';
import { mailCluster } from './mail-hosts.ts';

const smtp = (source: string | undefined, change: Partial<ContainerFact> = {}) => ({
  service: 'mailu_smtp',
  running: true,
  keeps: [],
  mounts: source === undefined ? [] : [{ source, path: source, shared: true }],
  ...change,
});

test.each<[string, object[], readonly string[]]>([
  ['on the shared storage', [smtp('/mailu/mailqueue')], []],
  [
    'by another name of it',
    [smtp('/data/queue', { mounts: [{ source: '/data/queue', path: '/mailu/mailqueue', shared: true }] })],
    [],
  ],
  ['in the container', [smtp(undefined)], ['a: refuse queue-elsewhere']],
  ['in another directory', [smtp('/srv/queue')], ['a: refuse queue-elsewhere']],
  ['of a container that has ended', [smtp(undefined, { running: false })], []],
  ['of another service', [smtp(undefined, { service: 'other_smtp' })], []],
  ['nowhere', [], []],
])('a queue %s', (_, containers, expected) => {
  const cluster = mailCluster({ a: {} });
  Object.assign(cluster.hosts[0]?.facts as object, {
    neighbours: { containers, former: [], names: {}, services: [] },
  });
  expect(inspectQueue(cluster).map(({ host, level, code }) => `${host}: ${level} ${code}`)).toEqual(expected);
});
