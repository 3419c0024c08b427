import type { Dialogue } from './dialogue.ts';

export interface Reply {
  readonly code: number;
  readonly text: string;
  readonly lines: readonly string[];
}

/** A reply of SMTP, all its lines (RFC 5321, 4.2.1). */
export async function reply(dialogue: Dialogue): Promise<Reply> {
  const lines: string[] = [];
  for (;;) {
    const line = await dialogue.line();
    lines.push(line.slice(4));
    if (!/^\d{3}-/.test(line)) return { code: Number(line.slice(0, 3)), text: lines.join(' '), lines };
  }
}

export async function command(dialogue: Dialogue, line: string): Promise<Reply> {
  dialogue.write(line);
  return reply(dialogue);
}

/** What a server says that it can do; none where it refuses to be greeted (RFC 5321, 4.1.1.1). */
export async function capabilities(dialogue: Dialogue, client: string): Promise<readonly string[]> {
  const said = await command(dialogue, `EHLO ${client}`);
  return isGood(said) ? said.lines.slice(1) : [];
}

/** Encrypts where the server offers that, as senders do, whoever the certificate is of (RFC 7435). */
async function encryptIfOffered(dialogue: Dialogue, client: string): Promise<boolean> {
  const offered = (await capabilities(dialogue, client)).some((line) => /^STARTTLS\b/i.test(line));
  if (!offered || !isGood(await command(dialogue, 'STARTTLS'))) return false;
  await dialogue.encrypt({});
  return true;
}

/**
 * Hands a message over as a stranger does, as `client`, from nobody. `message`: its lines, the last of which is a dot. `tlsOnly`:
 * nothing is asked in the clear.
 *
 * @returns what was said where it is not taken.
 */
export async function handOver(
  dialogue: Dialogue,
  client: string,
  to: string,
  message: readonly string[],
  tlsOnly = false,
): Promise<string | undefined> {
  const greeting = await reply(dialogue);
  if (!isGood(greeting)) return saying(greeting);
  const encrypted = await encryptIfOffered(dialogue, client);
  if (tlsOnly && !encrypted) return 'port 25 does not encrypt, and takes mail over TLS alone';
  const lines = [`EHLO ${client}`, 'MAIL FROM:<>', `RCPT TO:<${to}>`, 'DATA', message.join('\r\n')];
  for (const line of lines) {
    const said = await command(dialogue, line);
    if (!isGood(said)) return saying(said);
  }
  return undefined;
}

export const saying = ({ code, text }: Reply) => `${code} ${text}`;

export const isGood = ({ code }: Reply) => code >= 200 && code < 400;
