import type { Dialogue } from './dialogue.ts';

export interface Reply {
  readonly code: number;
  readonly text: string;
}

/** A reply of SMTP, all its lines (RFC 5321, 4.2.1). */
export async function reply(dialogue: Dialogue): Promise<Reply> {
  const lines: string[] = [];
  for (;;) {
    const line = await dialogue.line();
    lines.push(line.slice(4));
    if (!/^\d{3}-/.test(line)) return { code: Number(line.slice(0, 3)), text: lines.join(' ') };
  }
}

export async function command(dialogue: Dialogue, line: string): Promise<Reply> {
  dialogue.write(line);
  return reply(dialogue);
}

/**
 * Hands a message over as a stranger does, as `client`, from nobody. `message`: its lines, the last of which is a dot.
 *
 * @returns what was said where it is not taken.
 */
export async function handOver(
  dialogue: Dialogue,
  client: string,
  to: string,
  message: readonly string[],
): Promise<string | undefined> {
  await reply(dialogue);
  const lines = [`EHLO ${client}`, 'MAIL FROM:<>', `RCPT TO:<${to}>`, 'DATA', message.join('\r\n')];
  for (const line of lines) {
    const said = await command(dialogue, line);
    if (!isGood(said)) return `${said.code} ${said.text}`;
  }
  return undefined;
}

export const isGood = ({ code }: Reply) => code >= 200 && code < 400;
