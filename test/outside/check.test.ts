import { connect, createServer as createPlainServer } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dial } from '../../src/outside/attempt.ts';
import { told } from '../../src/outside/check.ts';
import { deliver } from '../../src/outside/delivery.ts';
import { type FrontAnswer, isOpenRelay } from '../../src/outside/front.ts';
import type { MailCheck, Service } from '../../src/outside/index.ts';
import { lookAtFronts } from '../../src/outside/look.ts';
import { askService } from '../../src/outside/service.ts';
import { problemsOf } from '../../src/outside/words.ts';
import { styleOf } from '../../src/render/index.ts';
import { outsideText } from '../../src/render/outside-text.ts';
import { Secret } from '../../src/shell/index.ts';
import { selfSigned } from './certificate.ts';
import { lineServer } from './server.ts';

const PASSWORD = 'a "quoted" \\ password';

let messages: string[] = [];
const servers = new Map<number, { port: number; close: () => void }>();
const dial: Dial = async (port) => connect({ host: '127.0.0.1', port: servers.get(port)?.port ?? 1 });

/** Reads lines of a socket. */
function lines(socket: NodeJS.ReadWriteStream, on: (line: string) => void): void {
  let rest = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    const all = (rest + chunk.toString()).split('\r\n');
    rest = all.pop() ?? '';
    for (const line of all) on(line);
  });
}

beforeAll(async () => {
  const pem = selfSigned('mail.example.org');
  const smtp = createPlainServer((socket) => {
    let text: string[] | undefined;
    socket.write('220 mail.example.org ESMTP\r\n');
    lines(socket, (line) => {
      const say = (words: string) => socket.write(`${words}\r\n`);
      if (text !== undefined) {
        if (line !== '.') return text.push(line);
        messages.push(text.join('\n'));
        text = undefined;
        return say('250 queued');
      }
      if (line.startsWith('RCPT')) return say(line.includes('postmaster@') ? '250 ok' : '550 no such user');
      if (line === 'DATA') {
        text = [];
        return say('354 go on');
      }
      return say('250 ok');
    });
  });
  const imap = createTlsServer(pem, (socket) => {
    socket.write('* OK ready\r\n');
    lines(socket, (line) => {
      const [tag = '', verb = ''] = line.split(' ');
      const say = (words: string) => socket.write(`${words}\r\n`);
      if (verb === 'LOGIN')
        return say(
          line.endsWith('"a \\"quoted\\" \\\\ password"')
            ? `${tag} OK`
            : `${tag} NO [AUTHENTICATIONFAILED] no`,
        );
      if (line.includes('SEARCH')) {
        const id = /"(\S+)"$/.exec(line)?.[1] ?? '';
        const found = messages.findIndex((message) => message.includes(`<${id}>`));
        say(found < 0 ? '* SEARCH' : `* SEARCH ${found + 1}`);
      }
      if (line.includes('STORE')) messages = [];
      return say(`${tag} OK done`);
    });
  });
  for (const [port, server] of [
    [25, smtp],
    [993, imap],
  ] as const) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    servers.set(port, {
      port: (server.address() as { port: number }).port,
      close: () => server.close(),
    });
  }
});
afterAll(() => {
  for (const { close } of servers.values()) close();
});

const services: readonly Service[] = [
  { port: 25, protocol: 'smtp', encryption: 'never' },
  { port: 993, protocol: 'imap', encryption: 'start' },
];
const check = (more: Partial<MailCheck> = {}): MailCheck => ({
  fronts: [],
  hostname: 'mail.example.org',
  domain: 'example.org',
  services,
  remarks: [],
  tlsOnly: false,
  exempts: false,
  mailbox: { address: 'postmaster@example.org', password: new Secret(PASSWORD) },
  patience: 3,
  ...more,
});

test('a message is sent, read, and taken away again', async () => {
  expect(await deliver(check(), dial)).toMatchObject({
    result: 'read',
    said: 'a message to postmaster@example.org was read',
  });
  expect(messages).toEqual([]);
});

test.each<[string, Partial<MailCheck>, string, RegExp]>([
  [
    'nobody with a password',
    { mailbox: { address: 'postmaster@example.org', password: undefined } },
    'taken',
    /was taken$/,
  ],
  [
    'a wrong password',
    { mailbox: { address: 'postmaster@example.org', password: new Secret('no') } },
    'failed',
    /LOGIN as postmaster@example\.org: NO/,
  ],
  ['no port that reads', { services: services.slice(0, 1) }, 'taken', /was taken$/],
  [
    'no such mailbox',
    { mailbox: { address: 'nobody@example.org', password: undefined } },
    'failed',
    /550 no such user/,
  ],
])('%s', async (_name, more, result, said) => {
  const answer = await deliver(check(more), dial);
  expect(answer).toMatchObject({ result, said: expect.stringMatching(said) });
  expect(answer.said).not.toContain('"no"');
});

test('a certificate that nobody vouches for is a problem, and told with its name and end', async () => {
  const [, imap] = services;
  const answer = await askService(imap as Service, 'mail.example.org', dial);
  expect(answer).toMatchObject({
    banner: '* OK ready',
    certificate: expect.stringMatching(/^mail\.example\.org, until \d{4}-\d\d-\d\d$/),
    problem: expect.stringMatching(/not trusted: it is self-signed/),
  });
});

test('a port that is closed, one that greets otherwise, and one that does not encrypt', async () => {
  const closed = await askService({ port: 110, protocol: 'pop3', encryption: 'never' }, 'm', dial);
  expect(closed.problem).toMatch(/ECONNREFUSED/);
  await using busy = await lineServer('421 too busy', () => undefined);
  const smtp: Service = { port: 25, protocol: 'smtp', encryption: 'upgrade' };
  const via =
    (port: number): Dial =>
    async () =>
      connect({ host: '127.0.0.1', port });
  expect((await askService(smtp, 'm', via(busy.port))).problem).toBe('it greets with 421 too busy');
  await using plain = await lineServer('220 ok', (line) => (line === 'STARTTLS' ? '502 no' : '250 ok'));
  expect((await askService(smtp, 'm', via(plain.port))).problem).toBe('it does not encrypt: 502 no');
});

test('what a closed port may mean is said with it', async () => {
  const service: Service = { port: 465, protocol: 'smtp', encryption: 'start', closed: 'it opens later' };
  expect((await askService(service, 'm', dial)).problem).toMatch(/ECONNREFUSED.*; it opens later$/);
});

test.each<[string, Service, RegExp | undefined]>([
  ['port 25', { port: 25, protocol: 'smtp', encryption: 'never' }, /^it takes logins \(AUTH PLAIN LOGIN\)/],
  [
    'before STARTTLS',
    { port: 587, protocol: 'smtp', encryption: 'upgrade' },
    /^it takes passwords in the clear: it offers AUTH PLAIN LOGIN before STARTTLS/,
  ],
  ['a site without TLS', { port: 587, protocol: 'smtp', encryption: 'never' }, undefined],
])('logins that are offered are seen without one: %s', async (_name, service, problem) => {
  const { key, cert } = selfSigned('m');
  await using server = await lineServer('220 ok', (line, socket) => {
    if (line.startsWith('EHLO')) return '250-m\r\n250-SIZE 1\r\n250 AUTH PLAIN LOGIN';
    if (line !== 'STARTTLS') return '250 ok';
    socket.write('220 go on\r\n');
    socket.removeAllListeners('data');
    new TLSSocket(socket, { isServer: true, key, cert })
      .on('data', () => undefined)
      .on('error', () => undefined);
    return undefined;
  });
  const seen = await askService(service, 'm', async () => connect({ host: '127.0.0.1', port: server.port }));
  if (problem === undefined) expect(seen.problem).toBeUndefined();
  else expect(seen.problem).toMatch(problem);
  expect(server.told.filter((line) => line.startsWith('AUTH'))).toEqual([]);
});

test('where port 25 does not answer, the rest is not waited for', async () => {
  const begin = Date.now();
  const closed: readonly Service[] = [{ port: 25, protocol: 'smtp', encryption: 'never' }];
  const [front] = await lookAtFronts(
    check({ fronts: [{ host: 'a', address: '127.0.0.1' }], services: closed }),
  );
  expect(front).toMatchObject({ relay: [], delivery: { result: 'untried' } });
  expect(problemsOf(front as FrontAnswer)).toEqual([
    expect.stringMatching(/^port 25 \(smtp\): .*ECONNREFUSED/),
    expect.stringMatching(/^relaying and mail were not tried: port 25 does not answer/),
  ]);
  expect(Date.now() - begin).toBeLessThan(5000);
});

test('what a person reads of a front', () => {
  const front = {
    host: 'mail-1',
    address: '192.0.2.11',
    services: [
      {
        port: 25,
        protocol: 'smtp' as const,
        banner: 'mail.example.org ESMTP',
        certificate: 'mail.example.org, until 2027-01-01',
        problem: undefined,
      },
      {
        port: 993,
        protocol: 'imap' as const,
        banner: '',
        certificate: undefined,
        problem: 'connect ECONNREFUSED',
      },
    ],
    remarks: ['`tls: notls`: nothing is served on 465'],
    relay: [
      { name: 'from nobody', result: 'refused' as const, said: '554 no' },
      { name: 'bang path', result: 'relayed' as const, said: '250 ok' },
    ],
    login: {
      result: 'accepted' as const,
      said: 'postmaster@example.org can log in',
      wrong: { result: 'refused' as const, said: '535 no' },
    },
    delivery: {
      result: 'read' as const,
      said: 'a message to postmaster@example.org was read',
      seconds: 1.2,
      waited: 310,
    },
  };
  const text = (more: Partial<FrontAnswer>) =>
    outsideText([told({ ...front, ...more })], styleOf({ isTTY: false, columns: 80 }, {})).join('\n');
  expect(text({})).toMatchInlineSnapshot(`
    "From outside: mail-1 (192.0.2.11)
      PORT  SERVES  CERTIFICATE                         ANSWER
      25    smtp    mail.example.org, until 2027-01-01  mail.example.org ESMTP
      993   imap                                        see below
      ok  logins: postmaster@example.org can log in; a wrong password is refused
      ok  mail: a message to postmaster@example.org was read after 1.2 s, after greylisting of 5 min
      note  \`tls: notls\`: nothing is served on 465
      problem  AN OPEN RELAY: it passes mail on, asked bang path (250 ok)
      problem  port 993 (imap): connect ECONNREFUSED"
  `);
  expect(
    text({
      remarks: [],
      services: [],
      relay: [],
      login: { result: 'untried', said: 'no password of postmaster@example.org is known', wrong: undefined },
      delivery: { result: 'greylisted', said: '451 4.7.1 Try again later', seconds: undefined, waited: 0 },
    }),
  ).toMatchInlineSnapshot(`
    "From outside: mail-1 (192.0.2.11)
      PORT  SERVES  CERTIFICATE  ANSWER
      note  logins: not tried: no password of postmaster@example.org is known
      note  mail: put off by greylisting (451 4.7.1 Try again later), as a server does with senders that it does not know yet; to wait until it is taken: provision check"
  `);
  const letsIn = {
    ...front,
    relay: [],
    login: { ...front.login, wrong: { result: 'accepted' as const, said: '235 in' } },
  };
  expect(isOpenRelay(letsIn)).toBe(true);
  expect(problemsOf(letsIn)[0]).toBe(
    'ANYBODY CAN LOG IN, and send to everybody: port 465 took a wrong password (235 in)',
  );
  expect(problemsOf({ ...front, services: [], relay: [] })).toEqual([]);
});
