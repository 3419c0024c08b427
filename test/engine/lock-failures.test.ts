import { expect, test } from 'vitest';
import { HostBusy, LockHeld, LockLost, LockUnwritable, OrphanRuns } from '../../src/engine/lock-failures.ts';

test('each way in which a lock is not had is told with who has it and what to do', () => {
  const all = [
    new HostBusy('me since noon'),
    new LockHeld('a', 'me since noon', 'on a: end it'),
    new OrphanRuns('a', 'me since noon', 'on a: show it'),
    new LockLost(),
    new LockUnwritable('/run/x', 'sh: cannot create /run/x: Read-only file system'),
  ];
  for (const error of all.slice(0, 3)) expect(error.message).toContain('me since noon');
  for (const { exit, fix } of all) {
    expect(exit).toBe(2);
    expect(fix.length).toBeGreaterThan(0);
  }
  expect(all.map(({ code }) => code)).toEqual([
    'lock-held',
    'lock-held',
    'lock-held',
    'lock-lost',
    'read-only',
  ]);
  expect(all[1]?.fix.join()).toContain('on a: end it');
  expect(all[2]?.fix.join()).toContain('on a: show it');
});

test('one who has not said who it is is told as that', () => {
  for (const error of [new HostBusy(''), new OrphanRuns('a', '', 'show')])
    expect(error.message).toContain('it has not said which');
});

test('a lock that cannot be written is told in the words of the host', () => {
  const said = (words: string) => {
    const { code, message } = new LockUnwritable('/run/x', words);
    return [code, message.slice(message.lastIndexOf(': ') + 2)];
  };
  expect(said('sh: first\nno such device\n')).toEqual(['lock-unwritable', 'no such device']);
  expect(said('\n')).toEqual(['lock-unwritable', 'it has not said why']);
  expect(said('sh: Read-only file system')).toEqual(['read-only', 'a file system of the host is read-only']);
});
