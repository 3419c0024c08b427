import { createServer, type Server, type Socket } from 'node:net';

/** A server on loopback that answers each line by a function, and what it was told. */
export async function lineServer(
  greeting: string,
  answer: (line: string, socket: Socket) => string | undefined,
): Promise<{ readonly port: number; readonly told: string[] } & AsyncDisposable> {
  const told: string[] = [];
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (greeting !== '') socket.write(`${greeting}\r\n`);
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        told.push(line);
        const said = answer(line, socket);
        if (said !== undefined && socket.writable) socket.write(`${said}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    told,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
