import { describe, expect, test } from 'vitest';
import { NO_AGENT } from '../../src/transport/agent.ts';
import { connectFailure, type Ways } from '../../src/transport/ssh-failure.ts';

const TRIED = { address: '192.0.2.1', port: 2222, user: 'ops', jumps: [] };
const WAYS: Ways = { offered: ['/k/id'], certificates: [] };

const failed = (error: object, said = '', hungUp = false) => ({
  error: Object.assign(new Error('it broke'), error),
  said,
  hungUp,
});

const told = (
  notIn: ReturnType<typeof failed>,
  ways: Partial<Ways> = {},
  tried: Partial<Parameters<typeof connectFailure>[1]> = {},
) => connectFailure(notIn, { ...TRIED, ...tried }, { ...WAYS, ...ways });

const notTaken = failed({
  level: 'client-authentication',
  message: 'All configured authentication methods failed',
});

describe('a host that is not reached', () => {
  test.each<[string, object, string, RegExp]>([
    [
      'nothing listens',
      { code: 'ECONNREFUSED' },
      'not-listening',
      /^nothing listens at 192\.0\.2\.1, port 2222$/,
    ],
    [
      'its name is unknown',
      { code: 'ENOTFOUND' },
      'unreachable',
      /^this machine cannot resolve the name 192\.0\.2\.1/,
    ],
    ['names are not told', { code: 'EAI_AGAIN' }, 'unreachable', /cannot resolve the name .*\(EAI_AGAIN\)$/],
    ['no route', { code: 'EHOSTUNREACH' }, 'unreachable', /^no route to 192\.0\.2\.1/],
    ['no network', { code: 'ENETUNREACH' }, 'unreachable', /\(ENETUNREACH\)$/],
    ['no address of its own', { code: 'EADDRNOTAVAIL' }, 'unreachable', /^no route/],
    ['it is down', { code: 'EHOSTDOWN' }, 'unreachable', /^no route/],
    ['no answer', { code: 'ETIMEDOUT' }, 'timeout', /did not answer in time$/],
    ['no answer of sshd', { level: 'client-timeout' }, 'timeout', /did not answer in time$/],
    [
      'it closes before it says who it is',
      { message: 'Connection lost before handshake' },
      'lost',
      /closed the connection before anybody could log in$/,
    ],
    ['something else', {}, 'lost', /broke while it was made \(it broke\)$/],
  ])('%s', (_, error, failure, message) => {
    const thrown = told(failed(error));
    expect(thrown).toMatchObject({ failure, exit: 4, message: expect.stringMatching(message) });
    expect(thrown.fix.length).toBe(1);
  });
});

describe('a host that takes the login, and lets nobody in', () => {
  test.each<[string, string, string, RegExp, RegExp]>([
    [
      'it starts',
      'System is booting up.\nNo login.',
      'booting',
      /^it said "System is booting up\. No login\.": it is still/,
      /^wait/,
    ],
    [
      'its account has expired',
      'Your account has expired',
      'auth',
      /the key of ops is right, but the account/,
      /^as root on the host: chage -E -1 ops$/,
    ],
    [
      'it says something else',
      '  "Maintenance" ',
      'auth',
      /^it said "Maintenance" and closed the connection: it does not let ops in$/,
      /nologin/,
    ],
  ])('%s', (_, said, failure, message, fix) => {
    expect(told(failed({}, said, true))).toMatchObject({
      failure,
      message: expect.stringMatching(message),
      fix: [expect.stringMatching(fix)],
    });
  });

  test('a banner of one that goes on is no reason', () => {
    expect(told(failed({}, 'Welcome', false)).failure).toBe('lost');
  });

  test('one that says nothing is told so', () => {
    expect(told(failed({}, ' ', true))).toMatchObject({
      failure: 'auth',
      message: '192.0.2.1, port 2222 closed the connection during the login of ops, and gave no reason',
    });
  });
});

describe('a login that is not taken', () => {
  test('names what was offered, and brings the named key over', () => {
    expect(told(notTaken, { takes: ['publickey', 'password'] })).toMatchObject({
      failure: 'auth',
      message: 'ops cannot log in at 192.0.2.1, port 2222; it accepts publickey, password; tried /k/id',
      fix: [
        'ssh-copy-id -i /k/id -p 2222 ops@192.0.2.1',
        expect.stringMatching(/^if the key is there already/),
      ],
    });
  });

  test('brings the key over through the same jumps, and never a certificate', () => {
    const jumps = [
      { address: 'a', port: 22, user: 'me' },
      { address: 'b', port: 2200, user: 'you' },
    ];
    const thrown = told(notTaken, { offered: ['/k/id-cert.pub', 'a key of the agent'] }, { jumps });
    expect(thrown.fix[0]).toBe("ssh-copy-id -p 2222 -o 'ProxyJump=me@a:22,you@b:2200' ops@192.0.2.1");
  });

  test('without a key says that one is to be made first', () => {
    const thrown = told(notTaken, { offered: [] });
    expect(thrown.message).toMatch(
      /; no key was offered: the agent has none, and there is no usable key in ~\/\.ssh$/,
    );
    expect(thrown.fix.slice(0, 2)).toEqual(['ssh-keygen -t ed25519', 'ssh-copy-id -p 2222 ops@192.0.2.1']);
    expect(told(notTaken, { offered: [], agent: 'it is gone' }).message).toMatch(
      /no key was offered: it is gone,/,
    );
  });

  test('by keys alone cannot be mended with a password', () => {
    const thrown = told(notTaken, { takes: ['publickey'] });
    expect(thrown.fix[0]).toMatch(/^from its console, or by another login/);
    expect(thrown.fix.join()).not.toContain('ssh-copy-id');
  });

  test('by no key at all wants a password', () => {
    const thrown = told(notTaken, { takes: ['password', 'none'] });
    expect(thrown.message).toContain('; it accepts password; ');
    expect(thrown.fix).toEqual([expect.stringContaining('set `ssh.password`')]);
  });

  test('where more than a key is wanted says what', () => {
    const thrown = told(notTaken, { partly: true, takes: ['password'] });
    expect(thrown.message).toContain('accepts what ops offers (/k/id), but requires more: password (');
    expect(thrown.fix).toEqual([expect.stringContaining('set `ssh.password`')]);
  });

  test('says what is wrong with the agent, where there is one', () => {
    expect(told(notTaken, { agent: 'the agent is gone' }).message).toMatch(/; the agent is gone$/);
    expect(told(notTaken, { agent: NO_AGENT }).message).toMatch(/tried \/k\/id$/);
  });

  test('after too many keys says which to name', () => {
    expect(told(failed({ message: 'Too many authentication failures' }, '', true))).toMatchObject({
      failure: 'auth',
      message: expect.stringContaining(
        'closed the connection after too many keys that it does not accept for ops',
      ),
      fix: [expect.stringContaining('IdentitiesOnly yes')],
    });
  });
});

test('an agent that waits for a person is no server that does not answer', () => {
  const late = failed({ level: 'client-timeout' });
  expect(told(late, { agent: 'the agent was asked to sign, and has not' })).toMatchObject({
    failure: 'auth',
    message: 'the agent was asked to sign, and has not',
  });
  expect(told(late, { agent: 'the agent has none' }).failure).toBe('timeout');
  expect(told(failed({ code: 'ECONNREFUSED' }), { agent: 'asked to sign' }).failure).toBe('not-listening');
});
