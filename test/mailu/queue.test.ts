import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

test.each(['dash', 'bash'])('two of them on one host are both had sent, in %s', (shell) => {
  const bin = mkdtempSync(join(tmpdir(), 'provision-queue-'));
  const command = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  command('docker', 'case $1 in ps) echo a; echo b ;; exec) echo "in $2"; shift 2; exec "$@" ;; esac');
  command('postqueue', 'echo "postqueue $1"');
  command('sleep', '');
  const cluster = mailCluster({ a: { others: [smtp(undefined), smtp(undefined)] } });
  const [finding] = inspectQueue(cluster);
  const { stdout } = spawnSync(shell, ['-c', finding?.fix[0]?.replace('a$ ', '') ?? ''], {
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}` },
  });
  expect(stdout).toBe('in a\npostqueue -f\npostqueue -p\nin b\npostqueue -f\npostqueue -p\n');
});
