import { setTimeout as sleep } from 'node:timers/promises';
import type { Dialogue } from './dialogue.ts';

/** A command that was answered, and not with OK. */
export class ImapRefusal extends Error {}

/**
 * Commands of IMAP, one after another, and what was said before each came to its end (RFC 3501, 2.2). `user` is for the
 * words of an error alone.
 *
 * @throws ImapRefusal where one does not succeed; it names the command, and nothing that was given with it.
 */
export function imapCommands(dialogue: Dialogue, user: string): (line: string) => Promise<readonly string[]> {
  let number = 0;
  return async (line) => {
    const tag = `a${++number}`;
    dialogue.write(`${tag} ${line}`);
    const lines: string[] = [];
    for (;;) {
      const said = await dialogue.line();
      if (said.startsWith(`${tag} `)) {
        if (!said.startsWith(`${tag} OK`))
          throw new ImapRefusal(`${line.split(' ')[0]} as ${user}: ${said.slice(tag.length + 1)}`);
        return lines;
      }
      lines.push(said);
    }
  };
}

/** A quoted string of IMAP (RFC 3501, 4.3). Its characters go as UTF-8. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

const PAUSE = 1000;

/**
 * Waits in an open mailbox until a message is there, and takes it away. NOOP makes the server look for new ones (RFC 3501, 6.1.2).
 *
 * @returns whether it came within `patience` seconds.
 */
export async function takeMessage(
  run: (line: string) => Promise<readonly string[]>,
  id: string,
  patience: number,
): Promise<boolean> {
  const end = Date.now() + patience * 1000;
  await run('SELECT INBOX');
  for (;;) {
    const found = await run(`UID SEARCH HEADER Message-ID ${quoted(id)}`);
    const uid = /^\* SEARCH (\d+)/.exec(found.find((line) => line.startsWith('* SEARCH')) ?? '')?.[1];
    if (uid !== undefined) {
      await run(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
      await run('EXPUNGE');
      return true;
    }
    if (Date.now() >= end) return false;
    await sleep(PAUSE);
    await run('NOOP');
  }
}
