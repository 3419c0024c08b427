import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { python } from './python.ts';

test('redis is asked in its own protocol, and each of its kinds of answer is understood', async () => {
  const answers = [
    '+OK\r\n',
    ':3\r\n',
    '$-1\r\n',
    '$5\r\na\r\nbc\r\n',
    '*2\r\n$1\r\nx\r\n$-1\r\n',
    '-ERR no\r\n',
  ];
  const asked: string[] = [];
  const server = createServer((socket) =>
    socket.on('data', (data) => {
      asked.push(String(data));
      socket.write(`+OK\r\n${answers[asked.length - 1]}`);
    }),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const code = `
import json
from store import Failed, Redis
redis = Redis("127.0.0.1", 2, ${port})
found = [redis("SET", "k\u00e9y", 1.5) for _ in range(5)]
try:
    redis("GET", "key")
except Failed as error:
    found.append(str(error))
print(json.dumps(found))`;
  expect(await python('admin', code)).toEqual(['OK', 3, null, 'a\r\nbc', ['x', null], 'ERR no']);
  expect(asked[0]).toBe('*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n*3\r\n$3\r\nSET\r\n$4\r\nkéy\r\n$3\r\n1.5\r\n');
  server.close();
});
