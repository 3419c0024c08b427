import { answer, inspect } from '../engine/index.ts';
import type { Enquiry, StatusTable } from '../playbook/index.ts';
import { tableText } from '../render/index.ts';
import { whileConnected } from './connected.ts';
import type { CommonOptions } from './program.ts';
import { forLogins } from './read-secrets.ts';

/** What runs where. */
export function status(file: string, options: CommonOptions): Promise<number> {
  return whileConnected(file, options, forLogins, async ({ screen, renderer, run, world, view }) => {
    for (const playbook of world.playbooks)
      for (const finding of inspect(world, playbook, run.onHost)) run.emit({ kind: 'finding', finding });
    const parts = world.playbooks.flatMap((playbook) => playbook.status(view(playbook)));
    const answers = [...(await answer(world, parts.filter(isEnquiry), run))];
    const tables = parts.map((part) => (isEnquiry(part) ? (answers.shift() as StatusTable) : part));
    await renderer.close();
    if (screen.form === 'json') screen.out(`${JSON.stringify({ kind: 'status', tables })}\n`);
    else screen.out(`${tables.map((table) => tableText(table, screen.outStyle)).join('\n\n')}\n`);
    return undefined;
  });
}

function isEnquiry(part: StatusTable | Enquiry<StatusTable>): part is Enquiry<StatusTable> {
  return 'read' in part;
}
