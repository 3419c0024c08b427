import { connect } from 'node:net';
import type { BaseAgent, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';

/** Milliseconds in which an agent says which keys it holds: for that it asks nobody. One at the end of a dead connection never does. */
const PATIENCE = 5000;
/** "Which keys do you hold?": a length, and SSH_AGENTC_REQUEST_IDENTITIES (draft-ietf-sshm-ssh-agent, 3.5). */
const WHICH_KEYS = Buffer.from([0, 0, 0, 1, 11]);

/** Whether an agent answers at this socket. One that is gone would end the whole login, and one that says nothing would hold it up for ever. */
export function isAgentAlive(socket: string, patience = PATIENCE): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const end = (alive: boolean) => {
      clearTimeout(timer);
      connection.destroy();
      resolve(alive);
    };
    const timer = setTimeout(() => end(false), patience);
    connection.once('connect', () => connection.write(WHICH_KEYS));
    connection.once('data', () => end(true));
    connection.once('close', () => end(false));
    connection.once('error', () => end(false));
  });
}

/** Public keys that an agent holds, in its order, by what their files have: type and text. None where it does not say. */
export async function keysOfAgent(
  socket: string,
  patience = PATIENCE,
): Promise<ReadonlyMap<string, ParsedKey>> {
  const { createAgent, utils } = (await import('ssh2')).default;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(new Map()), patience);
    createAgent(socket).getIdentities((error, keys) => {
      clearTimeout(timer);
      const parsed = (error ? [] : (keys ?? [])).map((key) => utils.parseKey(key as never));
      const held = parsed.flatMap((key) => (key instanceof Error ? [] : [key as ParsedKey]));
      resolve(new Map(held.map((key) => [textOf(key), key])));
    });
  });
}

/** What became of the signatures that an agent was asked for. It may ask a person for each (ssh-add -c, a key that is touched). */
export interface Signing {
  pending: number;
  refused: number;
}

/** An agent that offers these of its keys alone, in this order. */
export async function offering(
  socket: string,
  keys: readonly ParsedKey[],
  signing: Signing,
): Promise<BaseAgent<ParsedKey>> {
  const { createAgent } = (await import('ssh2')).default;
  const agent = createAgent(socket) as BaseAgent<ParsedKey>;
  agent.getIdentities = (done) => done(null, [...keys]);
  const sign = agent.sign.bind(agent);
  agent.sign = (
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ) => {
    signing.pending++;
    sign(key, data, options as SigningRequestOptions, (error, signature) => {
      signing.pending--;
      if (error) signing.refused++;
      done?.(error, signature);
    });
  };
  return agent;
}

export const NO_AGENT = 'there is no agent';

/** Why an agent was of no use, for people; absent where it was, as far as that is known. */
export function agentTrouble(
  socket: string | undefined,
  alive: boolean,
  held: number,
  signing: Signing,
): string | undefined {
  if (socket === undefined) return NO_AGENT;
  if (!alive) return `the agent at ${socket} does not answer`;
  if (held === 0)
    return `the agent at ${socket} shows no key that can be used here; it may be empty or locked`;
  if (signing.pending > 0)
    return `the agent at ${socket} was asked to sign, and has not yet: it may wait for you`;
  if (signing.refused > 0)
    return `the agent at ${socket} holds a key that the server takes, and did not sign with it`;
  return undefined;
}

const textOf = (key: ParsedKey) => `${key.type} ${key.getPublicSSH().toString('base64')}`;
