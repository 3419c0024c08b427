import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dial } from './attempt.ts';
import { Dialogue } from './dialogue.ts';
import { isGreylisting, untilNextTry } from './greylisting.ts';
import { NOBODY } from './identity.ts';
import { takeMessage } from './imap.ts';
import { openMailbox } from './login.ts';
import { checkMessage } from './message.ts';
import { handOver } from './smtp.ts';
import type { MailCheck } from './want.ts';

/** What became of a message that was handed to a front. */
export interface DeliveryAnswer {
  /**
   * `taken`: the server has it, and nobody could read whether it arrived. `greylisted`: put off as a stranger's, which is no
   * failure of the server. `deferred`: put off for another reason. `untried`: nobody answers.
   */
  readonly result: 'read' | 'taken' | 'greylisted' | 'deferred' | 'failed' | 'untried';
  /** What it said, or why there is no answer. */
  readonly said: string;
  /** Seconds from sending to reading. */
  readonly seconds: number | undefined;
  /** Seconds for which greylisting was waited out. */
  readonly waited: number;
}

/** How a message is sent, and how long greylisting is waited for. */
export interface Sending {
  /** The name in EHLO. */
  readonly client: string;
  /** Whether the mailbox's password was taken. */
  readonly readable: boolean;
  /** Seconds that greylisting is waited for in all; 0: not at all. */
  readonly greylisting: number;
  /** Told what is waited for, and how many seconds. */
  readonly tell: (waits: string) => void;
  readonly pause: (seconds: number, stop: AbortSignal) => Promise<unknown>;
  /** Ends the wait. */
  readonly stop: AbortSignal;
}

const SENDING: Sending = {
  client: NOBODY,
  readable: true,
  greylisting: 0,
  tell: () => undefined,
  // A wait that is ended is over.
  pause: (seconds, stop) => sleep(seconds * 1000, undefined, { signal: stop }).catch(() => undefined),
  stop: new AbortController().signal,
};

const PATIENCE = 30_000;

/** Sends a message to the mailbox as a stranger would, over port 25, and reads it over IMAP, where that can be done. */
export async function deliver(
  { mailbox, domain, hostname, services, patience, tlsOnly }: MailCheck,
  dial: Dial,
  how: Partial<Sending> = {},
): Promise<DeliveryAnswer> {
  const { client, readable, greylisting, tell, pause, stop } = { ...SENDING, ...how };
  const { address: to, password } = mailbox;
  const id = `${randomUUID()}@${NOBODY}`;
  // The same text each time: rspamd knows what comes back by its body.
  const message = checkMessage(to, id, new Date());
  let waited = 0;
  const answer = (result: DeliveryAnswer['result'], said: string, seconds?: number) => ({
    result,
    said,
    seconds,
    waited,
  });
  try {
    const send = () => sendMessage(dial, client, to, message, tlsOnly);
    let refused = await send();
    while (refused !== undefined && isGreylisting(refused)) {
      const next = untilNextTry(waited, greylisting);
      if (next === undefined) return answer('greylisted', refused);
      tell(
        `mail: put off by greylisting, tried again in ${Math.round(next / 60)} min; --no-wait to leave it out`,
      );
      await pause(next, stop);
      if (stop.aborted) return answer('greylisted', refused);
      waited += next;
      refused = await send();
    }
    if (refused !== undefined) return answer(refused.startsWith('4') ? 'deferred' : 'failed', refused);
    const start = Date.now();
    if (password === undefined || !readable || !services.some(({ port }) => port === 993))
      return answer('taken', `a message to ${to} was taken`);
    await using session = await openMailbox(dial, hostname, to, password);
    if (await takeMessage(session.run, id, patience))
      return answer('read', `a message to ${to} was read`, Math.round((Date.now() - start) / 100) / 10);
    return answer('failed', `a message to ${to} was taken, and is not in the mailbox after ${patience} s`);
  } catch (error) {
    return answer('failed', `${domain}: ${(error as Error).message}`);
  }
}

/** @returns what was said where the message is not taken. */
async function sendMessage(
  dial: Dial,
  client: string,
  to: string,
  message: readonly string[],
  tlsOnly: boolean,
): Promise<string | undefined> {
  using dialogue = new Dialogue(await dial(25), PATIENCE);
  const refused = await handOver(dialogue, client, to, message, tlsOnly);
  if (refused === undefined) dialogue.write('QUIT');
  return refused;
}
