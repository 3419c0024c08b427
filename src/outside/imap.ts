import type { Dialogue } from './dialogue.ts';

/**
 * Commands of IMAP, one after another, and what was said before each came to its end (RFC 3501, 2.2). `user` is for the
 * words of an error alone.
 *
 * @throws Error where one does not succeed; it names the command, and nothing that was given with it.
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
          throw new Error(`${line.split(' ')[0]} as ${user}: ${said.slice(tag.length + 1)}`);
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
