import { expect, test } from 'vitest';
import { python } from './python.ts';

test('clamd finds the test virus in a stream of several pieces, and nothing in others', async () => {
  const found = await python(
    'antivirus',
    `
import json, socket, struct, threading
from scan import COMMAND, TEST_VIRUS, answer
def scan(data):
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=lambda: answer(theirs, theirs.recv(64)))
    thread.start()
    ours.sendall(COMMAND)
    for piece in (data[:30], data[30:], b""):
        ours.sendall(struct.pack("!I", len(piece)) + piece)
    thread.join()
    return ours.recv(100).decode()
print(json.dumps([scan(b"a" * 20 + TEST_VIRUS), scan(b"a" * 90)]))`,
  );
  expect(found).toEqual(['stream: Eicar-Test-Signature FOUND\0', 'stream: OK\0']);
});
