import type { StatusTable } from '../playbook/index.ts';
import type { Style } from './style.ts';

/** A table with a title, its columns as wide as what they hold. */
export function tableText({ title, columns, rows }: StatusTable, c: Style): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd();
  return [c.bold(title), c.dim(line(columns)), ...rows.map(line)].join('\n');
}
