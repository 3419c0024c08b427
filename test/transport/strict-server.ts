import { verify } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { WireReader } from '../../src/transport/wire.ts';

/** A public key or certificate that a server takes, and how its signatures are made. */
export interface Taken {
  /** What a request has to name. */
  readonly algorithm: string;
  readonly blob: Buffer;
  /** What the signature in it has to name. */
  readonly signature: string;
  readonly hash: string | null;
  /** The public key, as PEM. */
  readonly key: string;
}

export interface StrictServer extends Disposable {
  readonly port: number;
  /** The algorithms that it was offered, in order. */
  readonly offered: string[];
}

/** A server that looks at a signature as sshd does, on a machine without one (auth2-pubkey.c, userauth_pubkey; ssh-ed25519.c). */
export async function strictServer(hostKey: string, taken: readonly Taken[] = []): Promise<StrictServer> {
  const offered: string[] = [];
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey']);
      const { key, signature, blob } = context;
      if (signature === undefined) offered.push(key.algo);
      const known = taken.find(({ algorithm, blob: own }) => algorithm === key.algo && own.equals(key.data));
      const isRight = signature === undefined || (blob !== undefined && isSigned(known, blob, signature));
      return known !== undefined && isRight ? context.accept() : context.reject(['publickey']);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, offered, [Symbol.dispose]: () => server.close() };
}

/** Whether a whole signature names the algorithm of the key alone, and is right. ssh2 leaves one whole that does not name what the request does. */
function isSigned(known: Taken | undefined, data: Buffer, signature: Buffer): boolean {
  if (known === undefined) return false;
  const reader = new WireReader(signature);
  const [name, value] = [reader.string().toString(), reader.string()];
  return name === known.signature && verify(known.hash, data, known.key, inDer(name, value));
}

/** ECDSA's two numbers as node has them. */
function inDer(name: string, value: Buffer): Buffer {
  if (!name.startsWith('ecdsa-')) return value;
  const reader = new WireReader(value);
  const numbers = [reader.string(), reader.string()].map((number) =>
    Buffer.concat([Buffer.of(2, number.length), number]),
  );
  const both = Buffer.concat(numbers);
  return Buffer.concat([
    both.length < 0x80 ? Buffer.of(0x30, both.length) : Buffer.of(0x30, 0x81, both.length),
    both,
  ]);
}
