import { structuredPatch } from 'diff';
import type { Change, Shown } from '../resource/index.ts';
import type { Style } from './style.ts';

/** Lines of a new text that are shown before the rest is only counted. */
const SHOWN_LINES = 30;

/** A change as lines. Texts of several lines are shown as a unified diff. */
export function changeText({ field, from, to }: Change, c: Style): readonly string[] {
  if (isText(from) || isText(to)) return [`${field}:`, ...textDiff(from, to, c)];
  return [`${field}: ${value(from)} ${c.dim('→')} ${value(to)}`];
}

/** `+` made, `-` removed, `~` changed. */
export function symbol(changes: readonly Change[], c: Style): string {
  if (changes.every(({ from }) => from === null)) return c.green('+');
  if (changes.every(({ to }) => to === null)) return c.red('-');
  return c.yellow('~');
}

function isText(shown: Shown): shown is string {
  return typeof shown === 'string' && shown.includes('\n');
}

function value(shown: Shown): string {
  return shown === null ? 'absent' : String(shown);
}

function textDiff(from: Shown, to: Shown, c: Style): readonly string[] {
  const patch = structuredPatch('', '', String(from ?? ''), String(to ?? ''), '', '', { context: 2 });
  const lines = patch.hunks.flatMap(({ oldStart, newStart, lines: body }) => [
    ...(from === null ? [] : [c.cyan(`@@ -${oldStart} +${newStart} @@`)]),
    ...body.map((line) => paint(line, c)),
  ]);
  const rest = lines.length - SHOWN_LINES;
  return rest > 3 ? [...lines.slice(0, SHOWN_LINES), c.dim(`… ${rest} more lines`)] : lines;
}

function paint(line: string, c: Style): string {
  if (line.startsWith('+')) return c.green(line);
  return line.startsWith('-') ? c.red(line) : line;
}
