import { connect } from 'node:net';
import { typeOf } from './public-key.ts';
import { WireReader, wireString } from './wire.ts';

/**
 * Asks an ssh-agent (draft-ietf-sshm-ssh-agent). ssh2 asks as well, and leaves away what it cannot parse: certificates, keys of
 * FIDO tokens, and what a token adds to a signature.
 */

const IDENTITIES = { asked: 11, answered: 12 };
const SIGN = { asked: 13, answered: 14 };
/** Has an RSA key sign with SHA-512. */
const SHA_512 = 4;

/** Public keys and certificates that it holds, in its order. */
export async function heldBy(socket: string): Promise<readonly Buffer[]> {
  const reader = new WireReader(await ask(socket, Buffer.of(IDENTITIES.asked), IDENTITIES.answered));
  return Array.from({ length: reader.number() }, () => {
    const [blob, _comment] = [reader.string(), reader.string()];
    return blob;
  });
}

/** A signature (RFC 4253, 6.6): the name of its algorithm, and what that makes. */
export async function signedBy(socket: string, key: Buffer, data: Buffer): Promise<Buffer> {
  const flags = Buffer.alloc(4);
  flags.writeUInt32BE(typeOf(key).startsWith('ssh-rsa') ? SHA_512 : 0);
  const asked = Buffer.concat([Buffer.of(SIGN.asked), wireString(key), wireString(data), flags]);
  return new WireReader(await ask(socket, asked, SIGN.answered)).string();
}

/** What it answers to one request, without the kind of the answer. */
function ask(socket: string, request: Buffer, expected: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const connection = connect(socket, () => connection.write(wireString(request)));
    connection.on('error', reject);
    connection.on('close', () => reject(new Error('the agent hung up')));
    connection.on('data', (chunk) => {
      got = Buffer.concat([got, chunk]);
      if (got.length < 5 || got.length < 4 + got.readUInt32BE()) return;
      const answer = new WireReader(got).string();
      if (answer[0] === expected) resolve(answer.subarray(1));
      else reject(new Error('the agent refused'));
      connection.destroy();
    });
  });
}
