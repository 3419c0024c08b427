import { answer, clusterNow, inspect } from '../engine/index.ts';
import { EXIT, type Finding } from '../errors/index.ts';
import { isEnquiry, type StatusTable } from '../playbook/index.ts';
import { tableText } from '../render/index.ts';
import type { CommonOptions } from './actions.ts';
import { whileConnected } from './connected.ts';
import { printedJson } from './printed.ts';
import { forLogins } from './read-secrets.ts';

/** What runs where. Its exit code says whether all does that should. */
export function status(file: string, options: CommonOptions): Promise<number> {
  return whileConnected(file, options, forLogins, async ({ screen, renderer, run }) => {
    const findings = run.options.playbooks.flatMap((playbook) => inspect(run, playbook));
    for (const finding of findings) run.options.emit({ kind: 'finding', finding });
    const parts = run.options.playbooks.flatMap((playbook) => playbook.status(clusterNow(run, playbook)));
    const answers = [...(await answer(run, parts.filter(isEnquiry<StatusTable>)))];
    const tables = parts.map((part) =>
      isEnquiry<StatusTable>(part) ? (answers.shift() as StatusTable) : part,
    );
    await renderer.close();
    if (screen.form === 'json') screen.out(printedJson({ kind: 'status', tables }));
    else screen.out(`${tables.map((table) => tableText(table, screen.outStyle)).join('\n\n')}\n`);
    const down = tables.flatMap((table) => table.down ?? []);
    if (down.length > 0) screen.err(`Does not run as it should: ${down.join(', ')}.\n`);
    return verdictOf(findings, down, run.failures().length > 0);
  });
}

/** The exit code. A host that failed tells more than what does not run because of it. */
export function verdictOf(
  findings: readonly Finding[],
  down: readonly string[],
  failed: boolean,
): number | undefined {
  if (findings.some(({ level }) => level === 'refuse')) return EXIT.refused;
  return down.length > 0 && !failed ? EXIT.failed : undefined;
}
