import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Secret } from '../shell/index.ts';
import type { Dial } from './attempt.ts';
import { Dialogue } from './dialogue.ts';
import { imapCommands, quoted } from './imap.ts';
import { handOver } from './smtp.ts';
import type { OutsideCheck } from './want.ts';

export interface DeliveryAnswer {
  /** `taken`: the server has it, and nobody could read whether it arrived. `untried`: nobody answers. */
  readonly result: 'read' | 'taken' | 'deferred' | 'failed' | 'untried';
  readonly said: string;
  /** Seconds from sending to reading. */
  readonly seconds: number | undefined;
}

const PATIENCE = 30_000;
const PAUSE = 1000;

/** Sends a message to the mailbox as a stranger would, over port 25, and reads it over IMAP, where there is a password. */
export async function deliver(
  { mailbox, domain, hostname, services, patience }: OutsideCheck,
  dial: Dial,
): Promise<DeliveryAnswer> {
  const id = `${randomUUID()}@check.example.com`;
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 100) / 10;
  try {
    const refused = await send(dial, mailbox.address, id);
    if (refused !== undefined)
      return { result: refused.startsWith('4') ? 'deferred' : 'failed', said: refused, seconds: undefined };
    const imap = services.some(({ port }) => port === 993);
    if (mailbox.password === undefined || !imap)
      return { result: 'taken', said: `a message to ${mailbox.address} was taken`, seconds: undefined };
    while (seconds() < patience) {
      if (await take(dial, hostname, mailbox.address, mailbox.password, id))
        return { result: 'read', said: `a message to ${mailbox.address} was read`, seconds: seconds() };
      await sleep(PAUSE);
    }
    const said = `a message to ${mailbox.address} was taken, and is not in the mailbox after ${patience} s`;
    return { result: 'failed', said, seconds: undefined };
  } catch (error) {
    return { result: 'failed', said: `${domain}: ${(error as Error).message}`, seconds: undefined };
  }
}

/** @returns what was said where the message is not taken. */
async function send(dial: Dial, to: string, id: string): Promise<string | undefined> {
  using dialogue = new Dialogue(await dial(25), PATIENCE);
  const message = [
    'From: provision <check@example.com>',
    `To: <${to}>`,
    'Subject: provision check: mail arrives',
    `Message-ID: <${id}>`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    'Auto-Submitted: auto-generated',
    '',
    'Sent by `provision check`, which takes it away again when it has read it.',
    '.',
  ];
  const refused = await handOver(dialogue, 'check.example.com', to, message);
  if (refused === undefined) dialogue.write('QUIT');
  return refused;
}

/** Whether the message is in the mailbox; then it is taken away. @throws Error where the mailbox cannot be opened. */
async function take(
  dial: Dial,
  servername: string,
  user: string,
  password: Secret,
  id: string,
): Promise<boolean> {
  using dialogue = new Dialogue(await dial(993), PATIENCE);
  await dialogue.encrypt({ servername });
  await dialogue.line();
  const run = imapCommands(dialogue, user);
  await run(`LOGIN ${quoted(user)} ${quoted(password.reveal())}`);
  await run('SELECT INBOX');
  const found = await run(`UID SEARCH HEADER Message-ID ${quoted(id)}`);
  const uid = /^\* SEARCH (\d+)/.exec(found.find((line) => line.startsWith('* SEARCH')) ?? '')?.[1];
  if (uid !== undefined) {
    await run(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await run('EXPUNGE');
  }
  await run('LOGOUT');
  return uid !== undefined;
}
