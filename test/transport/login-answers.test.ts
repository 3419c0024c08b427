import type { AnyAuthMethod, Client } from 'ssh2';
import { expect, test } from 'vitest';
import { LoginAnswers } from '../../src/transport/login-answers.ts';

const said = ({ takes, partly }: LoginAnswers) => ({ takes, partly });
const method = (type: string) => ({ type }) as unknown as AnyAuthMethod;

/** A connection on which a server's answers come in, as ssh2 has it. */
function connection() {
  const passed: unknown[][] = [];
  const handlers = { USERAUTH_FAILURE: (...all: unknown[]) => void passed.push(all) };
  return { client: { _protocol: { _handlers: handlers } } as unknown as Client, handlers, passed };
}

test('nothing is known before the server has answered', () => {
  const answers = new LoginAnswers();
  answers.told(undefined, null);
  expect(said(answers)).toEqual({ takes: undefined, partly: false });
});

test('what ssh2 tells of an answer is known', () => {
  const answers = new LoginAnswers();
  answers.told(['publickey', 'password'], false);
  expect(said(answers)).toEqual({ takes: ['publickey', 'password'], partly: false });
  answers.told(['password'], true);
  expect(said(answers)).toEqual({ takes: ['password'], partly: true });
});

test('an answer is heard where it comes in, given on, and not taken again from ssh2', () => {
  const answers = new LoginAnswers();
  const { client, handlers, passed } = connection();
  answers.hear(client);
  answers.hear(client);
  handlers.USERAUTH_FAILURE('protocol', ['password'], true);
  expect(passed).toEqual([['protocol', ['password'], true]]);
  answers.told(['publickey'], false);
  expect(said(answers)).toEqual({ takes: ['password'], partly: true });
});

test.each([
  ['no connection', undefined],
  ['no insides', {}],
  ['other insides', { _protocol: { _handlers: { USERAUTH_FAILURE: 'x' } } }],
])('with %s what ssh2 tells is all', (_, client) => {
  const answers = new LoginAnswers();
  answers.hear(client as unknown as Client | undefined);
  answers.told(['password'], false);
  expect(answers.takes).toEqual(['password']);
});

test('once something was right, other keys change nothing, and what is wanted beside it does', () => {
  const answers = new LoginAnswers();
  answers.told(['password'], true);
  answers.trying(method('publickey'));
  answers.told(['publickey'], false);
  expect(said(answers)).toEqual({ takes: ['password'], partly: true });
  for (const type of ['password', 'keyboard-interactive']) {
    answers.told(['password'], true);
    answers.trying(method(type));
    expect(answers.partly).toBe(false);
  }
  answers.told(['publickey'], false);
  expect(said(answers)).toEqual({ takes: ['publickey'], partly: false });
});
