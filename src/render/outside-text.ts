import type { OutsideAnswer } from '../playbook/index.ts';
import type { Style } from './style.ts';
import { tableText } from './table.ts';

/** What was seen of each host from this machine. */
export function outsideText(answers: readonly OutsideAnswer[], c: Style): readonly string[] {
  const marked = (mark: string, lines: readonly string[]) =>
    lines.map((line) => `  ${c.fold(`${mark}  ${line}`)}`);
  return answers.flatMap(({ table, good, notes, problems }) => [
    ...tableText(table, c).split('\n'),
    ...marked(c.green('ok'), good),
    ...marked(c.yellow('note'), notes),
    ...marked(c.red('problem'), problems),
  ]);
}
