import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { readOpenSsh } from '../../src/transport/openssh.ts';

const home = (path: string) => `${homedir()}${path}`;

test('what ssh does not say is left open', () => {
  expect(readOpenSsh('')).toEqual({
    hostname: '',
    port: 22,
    user: '',
    identities: undefined,
    certificates: undefined,
    identitiesOnly: false,
    agent: undefined,
    knownHosts: [],
    hostKeyAlias: undefined,
    policy: undefined,
    connectTimeout: undefined,
    jumps: [],
    proxyCommand: undefined,
  });
});

test.each<[string, string, object]>([
  [
    'the usual keys are none that is named',
    'identityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ed25519',
    { identities: undefined },
  ],
  [
    'one key that is named brings the others with it, in their order',
    'identityfile ~/.ssh/id_rsa\nidentityfile ~/k',
    { identities: [home('/.ssh/id_rsa'), home('/k')] },
  ],
  ['no key at all', 'identityfile none', { identities: [] }],
  ['a certificate', 'certificatefile ~/c.pub', { certificates: [home('/c.pub')] }],
  ['no certificate', 'certificatefile none', { certificates: undefined }],
  ['only these', 'identitiesonly yes', { identitiesOnly: true }],
  ['others as well', 'identitiesonly no', { identitiesOnly: false }],
  ['the agent of the environment', 'identityagent SSH_AUTH_SOCK', { agent: undefined }],
  ['an agent of its own', 'identityagent ~/agent', { agent: home('/agent') }],
  ['no agent', 'identityagent none', { agent: 'none' }],
  [
    'known hosts, the own before those of the machine',
    'globalknownhostsfile /g1  /g2\nuserknownhostsfile ~/u',
    { knownHosts: [home('/u'), '/g1', '/g2'] },
  ],
  ['no known hosts of its own', 'userknownhostsfile none\nglobalknownhostsfile /g', { knownHosts: ['/g'] }],
  ['a home of another is no home', 'identityfile ~other/k', { identities: ['~other/k'] }],
  ['strict', 'stricthostkeychecking true', { policy: 'yes' }],
  ['strict, as it may be written', 'stricthostkeychecking yes', { policy: 'yes' }],
  ['new ones are taken', 'stricthostkeychecking accept-new', { policy: 'accept-new' }],
  ['all are taken', 'stricthostkeychecking false', { policy: 'no' }],
  ['all are taken, as it may be written', 'stricthostkeychecking off', { policy: 'no' }],
  ['it would ask', 'stricthostkeychecking ask', { policy: undefined }],
  ['a time', 'connecttimeout 7', { connectTimeout: 7 }],
  ['no time', 'connecttimeout none', { connectTimeout: undefined }],
  ['a time of nothing is none', 'connecttimeout 0', { connectTimeout: undefined }],
  ['jumps, the first first', 'proxyjump a,me@b:22', { jumps: ['a', 'me@b:22'] }],
  ['no jump', 'proxyjump none', { jumps: [] }],
  ['a command', 'proxycommand nc %h %p', { proxyCommand: 'nc %h %p' }],
  ['no command', 'proxycommand none', { proxyCommand: undefined }],
  [
    'a name, in capitals as well',
    'HostName a.example \nport 2222\nuser me',
    { hostname: 'a.example', port: 2222, user: 'me' },
  ],
])('%s', (_, text, expected) => {
  expect(readOpenSsh(`${text}\n`)).toMatchObject(expected);
});
