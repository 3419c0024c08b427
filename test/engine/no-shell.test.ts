import { expect, test } from 'vitest';
import { Session } from '../../src/engine/session.ts';
import { sh } from '../../src/shell/index.ts';
import { FakeTransport } from '../../src/testing/index.ts';

/** A session with a host that runs something else than it is sent. */
const session = (said: { code: number; stdout?: string; stderr?: string }) =>
  new Session(
    'mail-1',
    new FakeTransport([{ script: /./, reply: () => said }]),
    {
      emit: () => undefined,
      abort: new AbortController().signal,
      patience: { question: 1000, stage: 1000 },
      holder: 'me',
    },
    () => Promise.reject(new Error('no second connection')),
  );

test.each([
  [
    'a forced command of an image of a cloud',
    { code: 142, stdout: 'Please login as the user "debian" rather than the user "root".\n\n' },
    'it said "Please login as the user "debian" rather than the user "root".", and ended with exit code 142: it accepts the login, but does not run commands',
    'Set ssh.user of this host to debian.',
  ],
  [
    'nologin(8)',
    { code: 1, stdout: 'This account is currently not available.\n' },
    'it said "This account is currently not available.", and ended with exit code 1: it accepts the login, but does not run commands',
    /^Set ssh\.user of this host to a user who has a shell/,
  ],
  [
    'a shell for git',
    {
      code: 128,
      stderr: 'fatal: Interactive git shell is not enabled.\nhint: ~/git-shell-commands should exist\n',
    },
    /^it said "fatal: Interactive git shell is not enabled\. hint: /,
    /^Set ssh\.user/,
  ],
  [
    'a .bashrc that ends, or becomes another program',
    { code: 1, stderr: 'open terminal failed: not a terminal\n' },
    /^it said "open terminal failed: not a terminal"/,
    /If the user has a shell, see what its start files do \(\.bashrc, \.profile\)/,
  ],
  [
    'a password that has expired',
    { code: 1, stderr: 'Password change required but no TTY available.\n' },
    /^it said "Password change required/,
    /^Log in there by hand once, and set a new password\./,
  ],
  [
    'one whose owner wants a new password',
    { code: 1, stderr: 'You are required to change your password immediately.\n' },
    /^it said "You are required/,
    /^Log in there by hand once/,
  ],
  ['/bin/false', { code: 1 }, /^it said nothing, and ended with exit code 1/, /^Set ssh\.user/],
  ['a page of text', { code: 1, stdout: 'word '.repeat(1000) }, /^it said "(word )+/, /^Set ssh\.user/],
])('%s is shown in its own words, exit 4, with the fix that fits', async (_what, said, message, fix) => {
  const error = await session(said)
    .ask([sh`true`], 'facts')
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'no-shell',
    exit: 4,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
    fix: [typeof fix === 'string' ? fix : expect.stringMatching(fix)],
  });
  expect((error as Error).message.length).toBeLessThan(450);
});
