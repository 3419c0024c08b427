import { expect, test } from 'vitest';
import { readUnit } from '../../src/facts/index.ts';
import { conflicting, saidByFlags } from '../../src/resources/docker/flags.ts';

const MAIN = {
  kind: 'unit',
  path: '/usr/lib/systemd/system/docker.service',
  text: '[Service]\nEnvironmentFile=-/etc/default/docker\nExecStart=/usr/sbin/dockerd -H fd:// $DOCKER_OPTS\n',
};
const dropIn = (name: string, text: string, folder = '/etc') => ({
  kind: 'unit',
  path: `${folder}/systemd/system/docker.service.d/${name}.conf`,
  text,
});
const flags = (...parts: readonly { kind: string; path: string; text: string }[]) =>
  readUnit([MAIN, ...parts]).flags.map(({ name, value, from }) => [name, value, from.split('/').at(-1)]);

test('the last drop-in by name says how Docker is started, wherever it is', () => {
  const replaced = (flag: string) => `[Service]\nExecStart=\nExecStart=/usr/bin/dockerd ${flag}\n`;
  expect(flags()).toEqual([['hosts', 'fd://', 'docker.service']]);
  expect(flags(dropIn('b', replaced('--debug')), dropIn('a', replaced('-D=false')))).toEqual([
    ['debug', 'true', 'b.conf'],
  ]);
  expect(flags(dropIn('a', replaced('-D'), '/usr/lib'), dropIn('a', '[Service]\n# none\n'))).toEqual([
    ['hosts', 'fd://', 'docker.service'],
  ]);
});

test('variables are put in as systemd does, and are known by the file that they are in', () => {
  const variables = {
    kind: 'variables',
    path: '/etc/default/docker',
    text: '#x\nDOCKER_OPTS="--mtu=1400 --label a=b"\n',
  };
  expect(flags(variables)).toEqual([
    ['hosts', 'fd://', 'docker.service'],
    ['mtu', '1400', 'docker'],
    ['labels', 'a=b', 'docker'],
  ]);
  const inline = dropIn('x', '[Service]\nEnvironment="DOCKER_OPTS=-s btrfs" OTHER=1\n');
  expect(flags(inline).slice(1)).toEqual([['storage-driver', 'btrfs', 'x.conf']]);
});

test('what is in both places is named by its name in daemon.json; members of proxies are flags of their own', () => {
  const { flags: all } = readUnit([
    MAIN,
    dropIn(
      'x',
      '[Service]\nExecStart=\nExecStart=dockerd -H fd:// --log-opt max-size=1m --http-proxy http://p --add-runtime x=/y\n',
    ),
  ]);
  const both = conflicting(
    { hosts: [], 'log-opts': {}, proxies: { 'http-proxy': 'http://q' }, runtimes: {}, dns: [] },
    all,
  );
  expect(both.map(({ name }) => name)).toEqual(['hosts', 'log-opts', 'http-proxy']);
  expect(saidByFlags('log-opts', { 'max-size': '1m' }, all)).toBe(true);
  expect(saidByFlags('log-opts', { 'max-size': '2m' }, all)).toBe(false);
  expect(saidByFlags('hosts', ['fd://'], all)).toBe(true);
});
