import { AgentRefuses, heldBy } from './agent-protocol.ts';
import { readCertificate } from './certificate.ts';
import { isOfToken, textOf } from './public-key.ts';

/** An agent that answers. */
export interface Agent {
  readonly socket: string;
  readonly held: Held;
  readonly signing: Signing;
}

/** What an agent holds and we can offer, in its order, by what files have: type and text. */
export type Held = ReadonlyMap<string, Buffer>;

/** What became of the signatures that an agent was asked for. It may ask a person for each (ssh-add -c, a key that is touched). */
export interface Signing {
  pending: number;
  refused: number;
}

/** Undefined where none answers. One that is locked holds nothing, as far as it says. */
export async function agentAt(socket: string | undefined): Promise<Agent | undefined> {
  const all =
    socket === undefined
      ? undefined
      : await heldBy(socket).catch((error: Error) => (error instanceof AgentRefuses ? [] : undefined));
  if (socket === undefined || all === undefined) return undefined;
  const { utils } = (await import('ssh2')).default;
  const isUsable = (blob: Buffer) =>
    readCertificate(blob) !== undefined ||
    isOfToken(blob) ||
    !(utils.parseKey(blob as never) instanceof Error);
  const held = new Map(all.filter(isUsable).map((blob) => [textOf(blob), blob]));
  return { socket, held, signing: { pending: 0, refused: 0 } };
}

/** Notes that the agent is asked for a signature, until it is `done`. */
export function asking({ signing }: Agent): { readonly done: (error?: unknown) => void } {
  signing.pending++;
  return {
    done: (error) => {
      signing.pending--;
      if (error) signing.refused++;
    },
  };
}

export const NO_AGENT = 'there is no agent';

/** Why an agent was of no use, for people; absent where it was, as far as that is known. */
export function agentTrouble(socket: string | undefined, agent: Agent | undefined): string | undefined {
  if (socket === undefined) return NO_AGENT;
  if (agent === undefined) return `the agent at ${socket} does not answer`;
  if (agent.held.size === 0)
    return `the agent at ${socket} shows no key that can be used here; it may be empty or locked`;
  if (agent.signing.pending > 0)
    return `the agent at ${socket} was asked to sign, and has not yet: it may wait for you`;
  if (agent.signing.refused > 0)
    return `the agent at ${socket} holds a key that the server takes, and did not sign with it`;
  return undefined;
}
