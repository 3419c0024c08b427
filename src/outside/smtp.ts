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

export const isGood = ({ code }: Reply) => code >= 200 && code < 400;
