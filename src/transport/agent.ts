import { heldBy } from './agent-protocol.ts';
import { readCertificate } from './certificate.ts';
import { isOfToken, textOf } from './public-key.ts';

/** An agent that answers. */
export interface Agent {
  readonly socket: string;
  readonly held: Held;
}

/** What an agent holds and we can offer, in its order, by what files have: type and text. */
export type Held = ReadonlyMap<string, Buffer>;

/** Undefined where none answers, or it does not say what it holds. */
export async function agentAt(socket: string | undefined): Promise<Agent | undefined> {
  const all = socket === undefined ? undefined : await heldBy(socket).catch(() => undefined);
  if (socket === undefined || all === undefined) return undefined;
  const { utils } = (await import('ssh2')).default;
  const isUsable = (blob: Buffer) =>
    readCertificate(blob) !== undefined ||
    isOfToken(blob) ||
    !(utils.parseKey(blob as never) instanceof Error);
  return { socket, held: new Map(all.filter(isUsable).map((blob) => [textOf(blob), blob])) };
}
