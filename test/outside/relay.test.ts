import { expect, test } from 'vitest';
import { askToRelay, dialTo, relayAttempts, type Service } from '../../src/outside/index.ts';
import { lineServer } from './server.ts';

const target = { address: '192.0.2.1', domain: 'example.org', hostname: 'mail.example.org' };
const services: readonly Service[] = [
  { port: 25, protocol: 'smtp', encryption: 'never' },
  { port: 587, protocol: 'smtp', encryption: 'never' },
];

/** All ports are one server. */
async function asked(server: { readonly port: number }) {
  const dial = () => dialTo('127.0.0.1')(server.port);
  return askToRelay(target, services, dial);
}

test('there are at least 20 ways, none twice, and none asks for a mailbox of ours', () => {
  const attempts = relayAttempts('example.org', '192.0.2.1');
  expect(attempts.length).toBeGreaterThanOrEqual(20);
  expect(new Set(attempts.map(({ name }) => name)).size).toBe(attempts.length);
  expect(new Set(attempts.map((attempt) => JSON.stringify({ ...attempt, name: '' }))).size).toBe(
    attempts.length,
  );
  for (const { lines } of attempts) {
    expect(lines.at(-1)).toMatch(/^RCPT TO:<.*example\.net/);
    // AUTH is counted by Mailu as a failed login, whatever it says.
    expect(lines.join('\n')).not.toMatch(/DATA|AUTH/);
  }
  expect(relayAttempts('example.org', '2001:db8::1')[4]?.lines.join()).toContain('[IPv6:2001:db8::1]');
});

test('a server that takes everything relays in every way', async () => {
  await using server = await lineServer('220 open.example ESMTP', () => '250 ok');
  const answers = await asked(server);
  expect(answers.filter(({ result }) => result !== 'relayed')).toEqual([]);
});

test('one that takes only its own refuses, be it at the sender or at the recipient', async () => {
  await using server = await lineServer('220-closed.example\r\n220 ESMTP', (line) => {
    if (line.startsWith('EHLO')) return '250-closed.example\r\n250 SIZE';
    if (line.startsWith('MAIL FROM:<root>')) return '504 5.5.2 need fully-qualified address';
    if (line.startsWith('RCPT')) return '554 5.7.1 Relay access denied';
    return line.startsWith('X') || line.startsWith('AUTH') ? '502 unimplemented' : '250 ok';
  });
  const answers = await asked(server);
  expect(answers.filter(({ result }) => result !== 'refused')).toEqual([]);
  expect(answers.find(({ name }) => name === 'from a name without a domain')?.said).toMatch(/^504/);
  expect(server.told.filter((line) => line.startsWith('DATA'))).toEqual([]);
});

test('one way that is open is found among all that are closed', async () => {
  await using server = await lineServer('220 ok', (line) =>
    line.startsWith('RCPT') && !line.includes('%example.net@example.org') ? '550 no' : '250 ok',
  );
  const answers = await asked(server);
  expect(answers.filter(({ result }) => result === 'relayed').map(({ name }) => name)).toEqual([
    'percent hack through our domain',
  ]);
});

test('one that takes mail over TLS alone is asked nothing in the clear, which it would count', async () => {
  await using server = await lineServer('220 ok', (line) => (line === 'STARTTLS' ? '454 not now' : '250 ok'));
  const dial = () => dialTo('127.0.0.1')(server.port);
  const answers = await askToRelay({ ...target, tlsOnly: true }, services.slice(0, 1), dial);
  for (const answer of answers)
    expect(answer).toMatchObject({ result: 'unknown', said: 'it does not encrypt: 454 not now' });
  expect(server.told.filter((line) => line.startsWith('RCPT'))).toEqual([]);
});

test('one that hangs up when it is asked refuses; one that does not greet, or is not there, tells nothing', async () => {
  await using rude = await lineServer('220 ok', (_line, socket) => {
    socket.destroy();
    return undefined;
  });
  for (const { result } of await asked(rude)) expect(result).toBe('refused');
  await using shut = await lineServer('', () => undefined);
  const hanging = askToRelay(target, services, async () => {
    const socket = await dialTo('127.0.0.1')(shut.port);
    setTimeout(() => socket.destroy(), 20);
    return socket;
  });
  for (const { result } of await hanging) expect(result).toBe('unknown');
  const closed = await askToRelay(target, services, () => dialTo('127.0.0.1')(1));
  for (const { result } of closed) expect(result).toBe('unknown');
});
