import type { Duplex } from 'node:stream';
import pLimit from 'p-limit';
import { Dialogue, Silence } from './dialogue.ts';
import { NOBODY } from './identity.ts';
import { type RelayAttempt, relayAttempts } from './relay.ts';
import { capabilities, command, isGood, reply, saying } from './smtp.ts';
import type { Service } from './want.ts';

/** Opens a connection to a port; TLS from the start, where it is wanted, is the dialogue's. */
export type Dial = (port: number) => Promise<Duplex>;

/** What a front answered to one way of asking it to pass on mail. */
export interface RelayAnswer {
  /** The way, in words. */
  readonly name: string;
  /** `relayed` is an open relay; `unknown`: nobody said anything, so nothing is known. */
  readonly result: 'refused' | 'relayed' | 'unknown';
  /** What it said, or why there is no answer. */
  readonly said: string;
}

const PATIENCE = 30_000;

export interface RelayTarget {
  readonly address: string;
  readonly domain: string;
  readonly hostname: string;
  /** Our name in EHLO. */
  readonly client?: string;
  /**
   * Whether it takes nothing on port 25 before STARTTLS. Mailu's admin then counts a recipient that is given in the clear as a failed
   * login (core/admin/mailu/internal/nginx.py, INBOUND_TLS_ENFORCE; views/auth.py: any answer but OK), so nothing is asked so.
   */
  readonly tlsOnly?: boolean;
}

/** Asks to relay in every way. No message is sent: a recipient that is accepted is the answer. */
export async function askToRelay(
  target: RelayTarget,
  services: readonly Service[],
  dial: Dial,
  width = 4,
): Promise<readonly RelayAnswer[]> {
  const at = (wanted: number) => services.find(({ port }) => port === wanted);
  const places = { smtp: at(25), submission: at(465) ?? at(587) };
  const limit = pLimit(width);
  return Promise.all(
    relayAttempts(target.domain, target.address, target.client).flatMap((attempt) => {
      const service = places[attempt.on];
      return service === undefined ? [] : [limit(() => one(attempt, service, target, dial))];
    }),
  );
}

async function one(
  { name, on, encrypt, lines }: RelayAttempt,
  { port, encryption }: Service,
  { hostname: servername, client = NOBODY, tlsOnly = false }: RelayTarget,
  dial: Dial,
): Promise<RelayAnswer> {
  let greeted = false;
  try {
    using dialogue = new Dialogue(await dial(port), PATIENCE);
    if (encryption === 'start') await dialogue.encrypt({ servername });
    const greeting = await reply(dialogue);
    greeted = true;
    if (!isGood(greeting)) return { name, result: 'refused', said: saying(greeting) };
    const required = tlsOnly && on === 'smtp';
    if (required || (encrypt && encryption === 'upgrade')) {
      await capabilities(dialogue, client);
      const said = await command(dialogue, 'STARTTLS');
      if (isGood(said)) await dialogue.encrypt({ servername });
      else if (required) return { name, result: 'unknown', said: `it does not encrypt: ${saying(said)}` };
    }
    let said = greeting;
    for (const line of lines) {
      said = await command(dialogue, line);
      if (line.startsWith('MAIL') && !isGood(said)) break;
    }
    const relayed = isGood(said);
    return { name, result: relayed ? 'relayed' : 'refused', said: saying(said) };
  } catch (error) {
    const { message } = error as Error;
    // To hang up on what it was asked is an answer, too.
    return { name, result: greeted && !(error instanceof Silence) ? 'refused' : 'unknown', said: message };
  }
}
