import { connect } from 'node:net';
import type { BaseAgent, ParsedKey } from 'ssh2';

/** Whether an agent answers at this socket. One that is gone would end the whole login. */
export function isAgentAlive(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const end = (alive: boolean) => {
      connection.destroy();
      resolve(alive);
    };
    connection.once('connect', () => end(true));
    connection.once('error', () => end(false));
  });
}

/** Public keys that an agent holds, in its order, by what their files have: type and text. None where it does not say. */
export async function keysOfAgent(socket: string): Promise<ReadonlyMap<string, ParsedKey>> {
  const { createAgent, utils } = (await import('ssh2')).default;
  return new Promise((resolve) => {
    createAgent(socket).getIdentities((error, keys) => {
      const parsed = (error ? [] : (keys ?? [])).map((key) => utils.parseKey(key as never));
      const held = parsed.flatMap((key) => (key instanceof Error ? [] : [key as ParsedKey]));
      resolve(new Map(held.map((key) => [textOf(key), key])));
    });
  });
}

/** An agent that offers these of its keys alone, in this order. */
export async function offering(socket: string, keys: readonly ParsedKey[]): Promise<BaseAgent<ParsedKey>> {
  const { createAgent } = (await import('ssh2')).default;
  const agent = createAgent(socket) as BaseAgent<ParsedKey>;
  agent.getIdentities = (done) => done(null, [...keys]);
  return agent;
}

const textOf = (key: ParsedKey) => `${key.type} ${key.getPublicSSH().toString('base64')}`;
