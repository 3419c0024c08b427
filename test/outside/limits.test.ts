import { describe, expect, test } from 'vitest';
import { ENOUGH } from '../../src/outside/greylisting.ts';
import type { Dial, MailCheck } from '../../src/outside/index.ts';
import { lookAtFronts } from '../../src/outside/look.ts';
import { problemsOf } from '../../src/outside/words.ts';
import { Secret } from '../../src/shell/index.ts';
import { Admin } from './admin.ts';
import { HOSTNAME, POSTMASTER, Site } from './site.ts';

const USERS = { [POSTMASTER]: 'right', 'user@example.org': 'hers' };
const OF_THE_USER = '198.51.100.20';
const fronts = (count: number) => Array.from({ length: count }, (_, index) => `front-${index + 1}`);

const check = (count: number, more: Partial<MailCheck> = {}): MailCheck => ({
  fronts: fronts(count).map((name) => ({ host: name, address: name })),
  hostname: HOSTNAME,
  domain: 'example.org',
  services: [
    { port: 25, protocol: 'smtp', encryption: 'upgrade' },
    { port: 465, protocol: 'smtp', encryption: 'start' },
    { port: 993, protocol: 'imap', encryption: 'start' },
  ],
  remarks: [],
  tlsOnly: false,
  mailbox: { address: POSTMASTER, password: new Secret('right') },
  exempts: true,
  patience: 3,
  ...more,
});

/** What is wrong beside certificates, which nobody vouches for here. */
const problems = (front: Parameters<typeof problemsOf>[0]) =>
  problemsOf(front).filter((line) => !line.includes('certificate'));

const name = async () => 'ops.example.com';

describe.each([3, 5])(
  'checks of %i fronts within the hour, from an address in the /24 of a user',
  { timeout: 120_000 },
  (count) => {
    test.each<[string, number, Partial<MailCheck>, { tlsOnly?: boolean }]>([
      ['with the right password', 10, {}, {}],
      ['without a password', 2, { mailbox: { address: POSTMASTER, password: undefined } }, {}],
      ['of a server whose exemption is off', 1, { exempts: false }, {}],
      ['of a server that takes mail over TLS alone', 1, { tlsOnly: true }, { tlsOnly: true }],
    ])('%s, %i times: nothing is counted, and the user logs in', async (_case, rounds, more, server) => {
      const admin = new Admin(USERS, server);
      await using site = await new Site(admin).start(fronts(count));
      const wanted = check(count, more);
      for (let round = 0; round < rounds; round++) {
        const seen = await lookAtFronts(wanted, { reach: site.reach, name });
        expect(seen.map((front) => [front.host, problems(front)])).toEqual(
          fronts(count).map((each) => [each, []]),
        );
        expect(seen.map(({ delivery }) => delivery.result)).toEqual(
          fronts(count).map(() => (wanted.mailbox.password === undefined ? 'taken' : 'read')),
        );
        // As if a day were over, so that the exemption of an earlier check helps none.
        admin.forget();
      }
      expect(admin.counted()).toEqual({});
      expect(admin.login(OF_THE_USER, 'user@example.org', 'hers')).toBe(true);
    });

    test('with a password that has been changed since: one is counted of ten, and the user logs in', async () => {
      const admin = new Admin(USERS);
      await using site = await new Site(admin).start(fronts(count));
      const wanted = check(count, { mailbox: { address: POSTMASTER, password: new Secret('old') } });
      for (let round = 0; round < 10; round++) {
        const seen = await lookAtFronts(wanted, { reach: site.reach, name });
        expect(seen.map(({ login }) => login.result)).toEqual(
          fronts(count).map((_, index) => (index === 0 ? 'refused' : 'untried')),
        );
        expect(problems(seen[0] as (typeof seen)[0])).toEqual([
          expect.stringMatching(/^logins: LOGIN as postmaster@.*another password/),
        ]);
      }
      expect(admin.counted()).toEqual({ [`user ${POSTMASTER}`]: 1, 'network 198.51.100.0/24': 1 });
      expect(admin.login(OF_THE_USER, 'user@example.org', 'hers')).toBe(true);
    });
  },
);

test('the model counts: AUTH on port 25 five times, or the recipient in the clear, and the user is locked out', () => {
  const auth = new Admin(USERS);
  for (let time = 0; time < 5; time++) auth.authOn25('198.51.100.7');
  expect(auth.login(OF_THE_USER, 'user@example.org', 'hers')).toBe(false);
  const clear = new Admin(USERS, { tlsOnly: true });
  for (let time = 0; time < 5; time++) clear.recipient('198.51.100.7', false);
  expect(clear.login(OF_THE_USER, 'user@example.org', 'hers')).toBe(false);
});

test('a server that takes mail over TLS alone, and has none, is asked nothing that it counts', async () => {
  const admin = new Admin(USERS, { tlsOnly: true });
  await using site = await new Site(admin).start(fronts(3));
  site.encrypts = false;
  const seen = await lookAtFronts(check(3, { tlsOnly: true }), { reach: site.reach, name });
  expect(seen.map(problems)).toEqual(
    fronts(3).map(() => [
      'port 25 (smtp): it does not encrypt: 502 5.5.2 unknown',
      'whether it relays could not be told in 24 ways: it does not encrypt: 502 5.5.2 unknown',
      'mail: port 25 does not encrypt, and takes mail over TLS alone',
    ]),
  );
  expect(admin.counted()).toEqual({});
});

test('a front that lets nobody say anything has a problem, and the next is asked all the same', async () => {
  await using site = await new Site(new Admin(USERS)).start(fronts(2));
  const reach =
    (front: string): Dial =>
    async (port) => {
      if (front === 'front-2' || port !== 993) return site.reach(front)(port);
      greeted += 1;
      // The port answers when it is looked at, and not any more when somebody logs in.
      return greeted === 1 ? site.reach(front)(port) : site.reach(front)(1);
    };
  let greeted = 0;
  const seen = await lookAtFronts(check(2), { reach, name });
  expect(seen.map(({ login, delivery }) => [login.result, delivery.result])).toEqual([
    ['failed', 'taken'],
    ['accepted', 'read'],
  ]);
  expect(seen.map((front) => problems(front).length)).toEqual([1, 0]);
});

test('a wrong password is tried on 465, after the right one, at each front', async () => {
  await using site = await new Site(new Admin(USERS)).start(fronts(2));
  const seen = await lookAtFronts(check(2), { reach: site.reach, name });
  expect(seen.map(({ login }) => login)).toEqual(
    fronts(2).map(() => ({
      result: 'accepted',
      said: `${POSTMASTER} can log in`,
      wrong: { result: 'refused', said: '535 5.7.8 Authentication failed' },
    })),
  );
  expect(site.told.filter((line) => line.startsWith('AUTH')).length).toBe(2);
  expect(new Set(site.told.filter((line) => line.startsWith('EHLO ops')))).toEqual(
    new Set(['EHLO ops.example.com']),
  );
});

describe('greylisting', () => {
  /** As rspamd: a message that comes back after five minutes is taken. */
  const greylist = (site: Site, until: number) => {
    let now = 0;
    site.refuse = () => (now < until ? '451 4.7.1 Try again later' : undefined);
    const said: string[] = [];
    return {
      said,
      pause: async (seconds: number) => {
        now += seconds;
      },
      tell: (host: string, waits: string) => {
        said.push(`${host}: ${waits}`);
      },
    };
  };

  test('is waited for and told, and the same message is sent again and read', async () => {
    await using site = await new Site(new Admin(USERS)).start(fronts(1));
    const { said, ...how } = greylist(site, 300);
    const [front] = await lookAtFronts(check(1), { reach: site.reach, name, greylisting: ENOUGH, ...how });
    expect(front?.delivery).toMatchObject({ result: 'read', waited: 310 });
    expect(said).toEqual([
      'front-1: mail: put off by greylisting, tried again in 5 min; --no-wait to leave it out',
    ]);
  });

  test('is not waited for any longer once the person stops the check', async () => {
    await using site = await new Site(new Admin(USERS)).start(fronts(1));
    site.refuse = () => '451 4.7.1 Try again later';
    const stop = new AbortController();
    const tell = () => void setTimeout(() => stop.abort(), 10);
    const how = { reach: site.reach, name, greylisting: ENOUGH, tell, stop: stop.signal };
    const [front] = await lookAtFronts(check(1), how);
    expect(front?.delivery).toMatchObject({ result: 'greylisted', waited: 0 });
  });

  test('that is not waited for is no problem', async () => {
    await using site = await new Site(new Admin(USERS)).start(fronts(1));
    const { said, ...how } = greylist(site, 300);
    const [front] = await lookAtFronts(check(1), { reach: site.reach, name, ...how });
    expect(front?.delivery).toMatchObject({
      result: 'greylisted',
      said: '451 4.7.1 Try again later',
      waited: 0,
    });
    expect(said).toEqual([]);
    expect(front && problems(front)).toEqual([]);
  });

  test('that does not end is one', async () => {
    await using site = await new Site(new Admin(USERS)).start(fronts(1));
    const { said, ...how } = greylist(site, Number.POSITIVE_INFINITY);
    const [front] = await lookAtFronts(check(1), { reach: site.reach, name, greylisting: ENOUGH, ...how });
    expect(said.length).toBe(3);
    expect(front && problems(front)).toEqual([
      'mail: still put off by greylisting after 16 min (451 4.7.1 Try again later)',
    ]);
  });

  test('is not what another reason to come back is', async () => {
    await using site = await new Site(new Admin(USERS)).start(fronts(1));
    site.refuse = () => '451 4.7.1 Service unavailable - try again later';
    const [front] = await lookAtFronts(check(1), { reach: site.reach, name, greylisting: ENOUGH });
    expect(front && problems(front)).toEqual([
      'mail: put off for now (451 4.7.1 Service unavailable - try again later)',
    ]);
  });
});
