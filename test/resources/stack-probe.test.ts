import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Unobservable } from '../../src/resource/index.ts';
import { stackProbe } from '../../src/resources/stack/stack-probe.ts';
import { type Answers, dockerStandIn } from '../facts/docker-stand-in.ts';
import { systemctlStandIn } from '../facts/systemctl-stand-in.ts';

const NETWORK = 'n'.repeat(25);
const GONE = 'g'.repeat(25);
const SERVICE = {
  ID: 's',
  CreatedAt: '',
  UpdatedAt: '',
  Spec: {
    Name: 'mail_imap',
    Labels: {},
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: { ContainerSpec: { Image: 'imap' }, Networks: [{ Target: NETWORK }] },
  },
  PreviousSpec: { TaskTemplate: { Networks: [{ Target: GONE }] } },
};
const task = (ID: string, state: string, desired = 'running') => ({
  ID,
  ServiceID: 's',
  Slot: 1,
  NodeID: 'n1',
  CreatedAt: '2026-11-28T10:00:00Z',
  DesiredState: desired,
  Status: { Timestamp: '2026-11-28T10:00:01Z', State: state },
});

/** What a manager with this engine says of the stack `mail`. */
function look(shell: string, api: Answers, more = '') {
  const bin = mkdtempSync(join(tmpdir(), 'provision-stack-'));
  const programs = {
    systemctl: systemctlStandIn(),
    sleep: ':',
    docker: dockerStandIn({ info: ['control true'], api, more }),
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const { script, parse } = stackProbe('mail');
  const { status, stdout, stderr } = spawnSync(shell, ['-s'], {
    input: script.reveal(),
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}`, LC_ALL: 'C' },
  });
  const seen = parse({ code: status ?? 1, stdout, stderr });
  if (seen instanceof Unobservable) throw new Error(seen.reason);
  return seen;
}

const LISTS = {
  '/nodes': [{ ID: 'n1', Description: { Hostname: 'node-1' } }],
  '/networks': [{ Id: NETWORK, Name: 'mail_default' }],
};

describe.each(['dash', 'bash'])('a stack, asked for in %s', (shell) => {
  test('that is not there', () => {
    expect(look(shell, { ...LISTS, '/services': [], '/tasks': [] })).toEqual(new Map());
  });

  test('that runs: its networks are asked whom they find, but none that is gone', () => {
    const api = { ...LISTS, '/services': [SERVICE], '/tasks': [task('t1', 'running')] };
    const found = `'network inspect') [ "$6" = ${NETWORK} ] && [ $# = 6 ] || exit 9; echo 'found ${NETWORK} mail_smtp' ;;`;
    const imap = look(shell, api, found).get('imap');
    expect(imap).toMatchObject({ lost: ['mail_default'], log: [] });
    expect(imap?.tasks).toMatchObject([{ ID: 't1', current: true, node: 'node-1' }]);
  });

  test('of which a task has failed and none runs: its last words are asked for', () => {
    const api = {
      ...LISTS,
      '/services': [SERVICE],
      '/tasks': [task('t1', 'failed', 'shutdown'), task('t2', 'pending')],
    };
    const more = `'network inspect') ;;
      'service ls') echo s ;;
      'service inspect') echo ' mail_imap' ;;
      'service ps') printf '%s\\n' 't2 mail_imap.1 Running Pending 1 second ago' 't1 mail_imap.1 Shutdown Failed 2 seconds ago' ;;
      'service logs') shift $(($# - 1)); echo "$1 says why" ;;`;
    expect(look(shell, api, more).get('imap')?.log).toEqual(['t1 says why']);
  });

  test.each([
    ['for its networks', "'network inspect') exit 1 ;;", 'could not ask docker'],
    ['at all', "'system dial-stdio') exit 1 ;;", 'could not ask docker'],
    ['in time', "'system dial-stdio') exit 124 ;;", 'did not answer'],
  ])('by a manager whose Docker does not answer %s is not told as gone', (_, more, told) => {
    const api = { ...LISTS, '/services': [SERVICE], '/tasks': [] };
    expect(() => look(shell, api, more)).toThrow(told);
  });
});
