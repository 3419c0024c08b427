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

/** Milliseconds in which an agent says what it holds: for that it asks nobody. One at the end of a dead connection never does. */
const PATIENCE = 5000;

/** It answers, and says no: a locked one does so (SSH_AGENT_FAILURE). */
export class AgentRefuses extends Error {}

/**
 * Public keys and certificates that it holds, in its order.
 *
 * @throws AgentRefuses where it shows nobody what it holds, another error where it does not answer.
 */
export async function heldBy(socket: string, patience = PATIENCE): Promise<readonly Buffer[]> {
  const asked = Buffer.of(IDENTITIES.asked);
  const reader = new WireReader(await ask(socket, asked, IDENTITIES.answered, patience));
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

/** What it answers to one request, without the kind of the answer. It has as long as it wants where `patience` is 0. */
function ask(socket: string, request: Buffer, expected: number, patience = 0): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const connection = connect(socket, () => connection.write(wireString(request)));
    connection.setTimeout(patience, () => connection.destroy());
    connection.on('error', reject);
    connection.on('close', () => reject(new Error('the agent hung up')));
    connection.on('data', (chunk) => {
      got = Buffer.concat([got, chunk]);
      if (got.length < 5 || got.length < 4 + got.readUInt32BE()) return;
      const answer = new WireReader(got).string();
      if (answer[0] === expected) resolve(answer.subarray(1));
      else reject(new AgentRefuses('the agent refused'));
      connection.destroy();
    });
  });
}
