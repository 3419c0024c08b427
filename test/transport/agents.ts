import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:net';
import { WireReader, wireString } from '../../src/transport/wire.ts';

/** OpenSSH's agent at this socket, with the keys of these files, and their certificates where they have some. */
export function sshAgent(socket: string, ...files: readonly string[]): Disposable {
  const said = execFileSync('ssh-agent', ['-s', '-a', socket]).toString();
  const pid = /SSH_AGENT_PID=(\d+)/.exec(said)?.[1] ?? '';
  for (const file of files) sshAdd(socket, file);
  return { [Symbol.dispose]: () => execFileSync('kill', [pid]) };
}

export function sshAdd(socket: string, ...words: readonly string[]): void {
  execFileSync('ssh-add', ['-q', ...words], {
    env: { ...process.env, SSH_AUTH_SOCK: socket },
    stdio: 'ignore',
  });
}

const TOKEN = 'sk-ssh-ed25519@openssh.com';
const APPLICATION = 'ssh:';

/** A FIDO token in software (OpenSSH's PROTOCOL.u2f). */
export function token() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const bare = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const key = Buffer.concat([TOKEN, bare, APPLICATION].map(wireString));
  let counter = 0;
  const signed = (data: Buffer) => {
    // Somebody has touched it; and the times that it has signed.
    const state = Buffer.of(1, 0, 0, 0, ++counter);
    const digest = (of: Buffer | string) => createHash('sha256').update(of).digest();
    const message = Buffer.concat([digest(APPLICATION), state, digest(data)]);
    return Buffer.concat([wireString(TOKEN), wireString(sign(null, message, privateKey)), state]);
  };
  return { key, line: `${TOKEN} ${key.toString('base64')}`, signed };
}

/** An agent that holds these, and signs with `signed` for each of them; it refuses where that throws. */
export async function agentWith(
  socket: string,
  blobs: readonly Buffer[],
  signed: (data: Buffer) => Buffer,
): Promise<Disposable> {
  const count = Buffer.of(0, 0, 0, blobs.length);
  const server = createServer((connection) => {
    connection.on('data', (chunk) => {
      const request = new WireReader(chunk).string();
      const answer = () => {
        if (request[0] === 11)
          return [Buffer.of(12), count, ...blobs.flatMap((blob) => [wireString(blob), wireString('')])];
        const reader = new WireReader(request.subarray(1));
        const [_key, data] = [reader.string(), reader.string()];
        return [Buffer.of(14), wireString(signed(data))];
      };
      try {
        connection.write(wireString(Buffer.concat(answer())));
      } catch {
        connection.write(wireString(Buffer.of(5)));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { [Symbol.dispose]: () => server.close() };
}
