import { expect, test } from 'vitest';
import { heldOpen } from '../../src/engine/held-open.ts';

test('what keeps a session open is named with its number', () => {
  expect(heldOpen('a', '812 ssh-agent -s \n 9 gpg-agent\n')).toMatchObject({
    level: 'warn',
    code: 'session-held-open',
    host: 'a',
    message: expect.stringMatching(
      /^ssh-agent -s \(process 812\), gpg-agent \(process 9\) keeps each session open/,
    ),
    fix: [expect.stringContaining('.bashrc')],
  });
});

test('what cannot be named is told all the same', () => {
  expect(heldOpen('a', '').message).toMatch(/^a process that the login has started keeps each session open/);
});
