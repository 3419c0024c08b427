import { expect, test } from 'vitest';
import { StepFailed } from '../../src/engine/index.ts';
import { sh } from '../../src/shell/index.ts';

test.each([
  ['mv: cannot move: No space left on device', 'disk-full', 'a file system of the host is full'],
  ["E: You don't have enough free space in /var/cache/apt/archives/.", 'disk-full', 'is full'],
  ['touch: cannot touch: Read-only file system', 'read-only', 'is read-only'],
  ["W: Failed to fetch http://x: Temporary failure resolving 'x'", 'no-names', 'cannot resolve names'],
  ['cat: /mailu: Input/output error', 'io-error', 'a disk of the host'],
  ['fork: Cannot allocate memory', 'no-memory', 'no memory left'],
  ["ls: cannot access '/mailu': Stale file handle", 'stale-mount', 'another than the one that was mounted'],
  [
    "ls: cannot access '/mailu': Transport endpoint is not connected",
    'not-connected',
    'has lost its servers',
  ],
  ['/mailu did not answer in 20 s', 'not-connected', 'waits for its servers'],
  ['E: Could not get lock /var/lib/dpkg/lock-frontend.', 'package-lock', 'held the lock'],
  ['connect to 192.0.2.1: No route to host', 'no-route', 'does not reach'],
  ['System has not been booted with systemd as init system (PID 1).', 'no-systemd', 'systemd does not run'],
])('%s', (stderr, code, says) => {
  const error = new StepFailed(
    { resource: 'file /x', origin: undefined },
    { title: 'write /x', script: sh`true` },
    { code: 1, stdout: '', stderr },
  );
  expect({ code: error.code, message: error.message, fixes: error.fix.length }).toEqual({
    code,
    message: expect.stringMatching(new RegExp(`^write /x failed: it said ".*": .*${says}`)),
    fixes: 1,
  });
});

test('another failure is what it is, and an old word of the output is no cause', () => {
  const lines = ['No space left on device', ...Array.from({ length: 30 }, (_, index) => `line ${index}`)];
  const error = new StepFailed(
    { resource: 'file /x', origin: undefined },
    { title: 'write /x', script: sh`true` },
    { code: 3, stdout: '', stderr: lines.join('\n') },
  );
  expect({ code: error.code, message: error.message, fix: error.fix }).toEqual({
    code: 'step-failed',
    message: 'write /x failed with exit code 3',
    fix: [],
  });
});

test('of what a command that fails has printed the last 20 lines are told, of stderr where there is any', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join('\n');
  const tail = (stdout: string, stderr: string) =>
    new StepFailed(
      { resource: 'file /x', origin: undefined },
      { title: 'write /x', script: sh`true` },
      { code: 3, stdout, stderr },
    ).tail;
  expect([tail(`${lines}\n\n`, ' \n').length, tail(lines, ' \n')[0], tail(lines, '').at(-1)]).toEqual([
    20,
    'line 11',
    'line 30',
  ]);
  expect(tail(lines, 'oh\n')).toEqual(['oh']);
});
