import { describe, expect, test } from 'vitest';
import { ENOUGH, isGreylisting, RETRY, untilNextTry } from '../../src/outside/greylisting.ts';
import { clientName, NOBODY } from '../../src/outside/identity.ts';
import { checkMessage } from '../../src/outside/message.ts';

describe('what this machine calls itself', () => {
  test.each<[string, Parameters<typeof clientName>[0], string]>([
    [
      'the name of its address',
      { address: '198.51.100.7', reverse: 'ops.example.com', hostname: 'laptop' },
      'ops.example.com',
    ],
    [
      'its own name, where its address has none',
      { address: '198.51.100.7', reverse: undefined, hostname: 'Ops.Example.COM' },
      'ops.example.com',
    ],
    [
      'its address, where it has no name',
      { address: '198.51.100.7', reverse: undefined, hostname: 'laptop' },
      '[198.51.100.7]',
    ],
    [
      'its address of IPv6',
      { address: '2001:db8::7', reverse: undefined, hostname: 'laptop.lan' },
      '[IPv6:2001:db8::7]',
    ],
    [
      'nobody, behind a router',
      { address: '192.168.1.20', reverse: 'laptop.lan', hostname: 'laptop.local' },
      NOBODY,
    ],
    [
      'nobody, behind a router of a provider',
      { address: '100.64.3.4', reverse: undefined, hostname: 'x' },
      NOBODY,
    ],
    ['nobody, of an address in a site', { address: 'fd00::7', reverse: undefined, hostname: 'x' }, NOBODY],
    [
      'nobody, where nothing is known',
      { address: undefined, reverse: undefined, hostname: 'localhost' },
      NOBODY,
    ],
    ['no number as a name', { address: undefined, reverse: '20.1.168.192', hostname: '10.0.0.1' }, NOBODY],
  ])('%s', (_name, origin, name) => {
    expect(clientName(origin)).toBe(name);
  });
});

describe('greylisting', () => {
  test.each([
    ['451 4.7.1 Try again later', true],
    ['451 4.7.1 Try again later: Thu, 26 Nov 2026 05:00:00 GMT', true],
    ['450 4.2.0 <a@example.org>: Recipient address rejected: Greylisted, see http://example.org', true],
    ['421 4.7.0 You are being gray-listed', true],
    ['451 4.7.1 Service unavailable - try again later', false],
    ['451 4.7.1 Please retry later (anti-virus/oletools not ready)', false],
    ['550 5.7.1 greylisting is not supported', false],
    ['452 4.3.1 Insufficient system storage', false],
  ])('%s: %s', (said, is) => {
    expect(isGreylisting(said)).toBe(is);
  });

  test('it is waited for three times at most, longer than rspamd asks for, and not at all without leave', () => {
    const waits: number[] = [];
    for (let waited = 0; ; ) {
      const next = untilNextTry(waited, ENOUGH);
      if (next === undefined) break;
      waits.push(next);
      waited += next;
    }
    expect(waits).toEqual([RETRY, RETRY, RETRY]);
    expect(RETRY).toBeGreaterThan(300);
    expect(untilNextTry(0, 0)).toBeUndefined();
  });
});

test('the message has what receivers look for, and claims to be from nobody who exists', () => {
  const lines = checkMessage('postmaster@example.org', `1@${NOBODY}`, new Date(0));
  expect(lines.slice(0, lines.indexOf(''))).toEqual([
    'From: provision check <noreply@provision.invalid>',
    'To: <postmaster@example.org>',
    'Subject: provision check: mail arrives',
    'Message-ID: <1@provision.invalid>',
    'Date: Thu, 01 Jan 1970 00:00:00 +0000',
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
  ]);
  expect(lines.at(-1)).toBe('.');
  for (const line of lines) expect(line).toMatch(/^[ -~]{0,78}$/);
  expect(lines.slice(0, -1).some((line) => line.startsWith('.'))).toBe(false);
});
