import type { Duplex } from 'node:stream';
import pLimit from 'p-limit';
import { Dialogue, Silence } from './dialogue.ts';
import { type RelayAttempt, relayAttempts } from './relay.ts';
import { command, isGood, reply } from './smtp.ts';
import type { Service } from './want.ts';

/** Opens a connection to a port; TLS from the start, where it is wanted, is the dialogue's. */
export type Dial = (port: number) => Promise<Duplex>;

export interface RelayAnswer {
  readonly name: string;
  /** `relayed` is an open relay; `unknown`: nobody said anything, so nothing is known. */
  readonly result: 'refused' | 'relayed' | 'unknown';
  readonly said: string;
}

const PATIENCE = 30_000;

/** Asks to relay in every way. No message is sent: a recipient that is accepted is the answer. */
export async function askToRelay(
  target: { readonly address: string; readonly domain: string; readonly hostname: string },
  services: readonly Service[],
  dial: Dial,
  width = 4,
): Promise<readonly RelayAnswer[]> {
  const at = (wanted: number) => services.find(({ port }) => port === wanted);
  const places = { smtp: at(25), submission: at(465) ?? at(587) };
  const limit = pLimit(width);
  return Promise.all(
    relayAttempts(target.domain, target.address).flatMap((attempt) => {
      const service = places[attempt.on];
      return service === undefined ? [] : [limit(() => one(attempt, service, target.hostname, dial))];
    }),
  );
}

async function one(
  { name, encrypt, lines }: RelayAttempt,
  { port, encryption }: Service,
  servername: string,
  dial: Dial,
): Promise<RelayAnswer> {
  let greeted = false;
  try {
    using dialogue = new Dialogue(await dial(port), PATIENCE);
    if (encryption === 'start') await dialogue.encrypt({ servername });
    const greeting = await reply(dialogue);
    greeted = true;
    if (!isGood(greeting)) return { name, result: 'refused', said: `${greeting.code} ${greeting.text}` };
    if (encrypt && encryption === 'upgrade') {
      await command(dialogue, lines[0] ?? '');
      if (isGood(await command(dialogue, 'STARTTLS'))) await dialogue.encrypt({ servername });
    }
    let said = greeting;
    for (const line of lines) {
      said = await command(dialogue, line);
      if (line.startsWith('MAIL') && !isGood(said)) break;
    }
    const relayed = isGood(said);
    return { name, result: relayed ? 'relayed' : 'refused', said: `${said.code} ${said.text}` };
  } catch (error) {
    const { message } = error as Error;
    // To hang up on what it was asked is an answer, too.
    return { name, result: greeted && !(error instanceof Silence) ? 'refused' : 'unknown', said: message };
  }
}
