import width from 'fast-string-width';
import type { StatusTable } from '../playbook/index.ts';
import { cleaned } from './clean.ts';
import type { Style } from './style.ts';

/** A table with a title, its columns as wide as what they hold takes on a terminal. */
export function tableText(table: StatusTable, c: Style): string {
  const { title, columns, rows } = cleaned(table);
  const widths = columns.map((column, index) =>
    Math.max(width(column), ...rows.map((row) => width(row[index] ?? ''))),
  );
  const padded = (cell: string, index: number) => cell + ' '.repeat((widths[index] ?? 0) - width(cell));
  const line = (cells: readonly string[]) => `  ${cells.map(padded).join('  ')}`.trimEnd();
  return [c.bold(title), c.dim(line(columns)), ...rows.map(line)].join('\n');
}
