import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { type Answer, decode, encode, type Packet, streamDecode, streamEncode } from 'dns-packet';
import { expect, onTestFinished, test } from 'vitest';
import { ask, askingNames, readAnswer } from '../../src/dns/index.ts';

const run = promisify(execFile);

/** Port 53 of a loopback address that nothing else has. */
const ADDRESS = '127.53.0.1';
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
const AD = 0x20;

const keys = (count: number): Answer[] =>
  Array.from({ length: count }, () => ({
    type: 'DNSKEY',
    name: '.',
    ttl: 60,
    data: { flags: 257, algorithm: 13, key: Buffer.alloc(200, 7) },
  }));

const reply = (query: Packet, flags: number, answers: Answer[]): Packet => ({
  id: query.id ?? 0,
  type: 'response',
  flags: flags | RESPONSE,
  questions: query.questions ?? [],
  answers,
});

/** A name server of which the answer does not fit in a datagram. */
async function serve(): Promise<void> {
  const udp = createSocket('udp4');
  udp.on('message', (data, from) => {
    const query = decode(data);
    const whole = query.questions?.[0]?.name === 'small.example';
    udp.send(encode(reply(query, whole ? AD : TRUNCATED, whole ? keys(1) : [])), from.port, from.address);
  });
  udp.bind(53, ADDRESS);
  await once(udp, 'listening');
  const tcp = createServer((socket) => {
    socket.once('data', (data) => {
      const answer = streamEncode(reply(streamDecode(data), AD, keys(9)));
      socket.write(answer.subarray(0, 700));
      setTimeout(() => socket.write(answer.subarray(700)), 100);
    });
  });
  tcp.listen(53, ADDRESS);
  await once(tcp, 'listening');
  onTestFinished(() => {
    udp.close();
    tcp.close();
  });
}

const asked = async (shell: string, name: string, server = ADDRESS) =>
  readAnswer(
    (
      await run(shell, ['-c', askingNames(ask(server, name, 'DNSKEY')).reveal()]).catch(() => ({
        stdout: '',
      }))
    ).stdout.trim(),
  );

test.each(['dash', 'bash'])('%s asks over UDP, and over TCP what does not fit', async (shell) => {
  await serve();
  expect(await asked(shell, 'small.example')).toMatchObject({ status: 'NOERROR', authentic: true });
  const large = await asked(shell, 'large.example');
  expect(large).toMatchObject({ status: 'NOERROR', authentic: true, types: new Set(['DNSKEY']) });
});

test('one that does not listen, and one that is silent, are no answer', async () => {
  expect(await asked('sh', 'small.example', '127.53.0.2')).toBeUndefined();
  const silent = createSocket('udp4').bind(53, '127.53.0.3');
  await once(silent, 'listening');
  onTestFinished(() => {
    silent.close();
  });
  const begin = Date.now();
  expect(await asked('sh', 'small.example', '127.53.0.3')).toBeUndefined();
  expect(Date.now() - begin).toBeGreaterThan(2500);
});
