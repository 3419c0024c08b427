import { structuredPatch } from 'diff';
import type { Change, Shown } from '../resource/index.ts';
import type { Style } from './style.ts';

/** Lines of a changed text that are shown before the rest is only counted. */
const SHOWN_LINES = 12;
/** Lines that are added or removed, above which two texts are not compared: it takes minutes, and nobody reads it. */
const MOST_EDITS = 2000;
/** Characters of a value that are shown among others: a reason in a sentence or two is not cut. */
const SHOWN_VALUE = 200;

/** A change as lines. A text that changes is shown as a unified diff; of one that is new, or goes, the size, unless `whole`. */
export function changeText({ field, from, to }: Change, c: Style, whole: boolean): readonly string[] {
  if (!whole && (from === null || to === null) && (isText(from) || isText(to)))
    return [`${field}: ${valueText(from)} ${c.dim('→')} ${valueText(to)}`];
  if (isText(from) || isText(to)) return [`${field}:`, ...textDiff(from, to, c, whole)];
  const show = (shown: Shown) => (whole ? value(shown) : valueText(shown));
  return [`${field}: ${show(from)} ${c.dim('→')} ${show(to)}`];
}

/** A value in some words. */
export function valueText(shown: Shown, longest = SHOWN_VALUE): string {
  if (isText(shown)) {
    const lines = shown.replace(/\n$/, '').split('\n').length;
    return `${lines} line${lines === 1 ? '' : 's'}`;
  }
  const text = value(shown);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

export const isText = (shown: Shown): shown is string => typeof shown === 'string' && shown.includes('\n');

/** `+` made, `-` removed, `~` changed. */
export function symbol(changes: readonly Change[], c: Style): string {
  if (changes.every(({ from }) => from === null)) return c.green('+');
  if (changes.every(({ to }) => to === null)) return c.red('-');
  return c.yellow('~');
}

function value(shown: Shown): string {
  return shown === null ? 'absent' : String(shown);
}

function textDiff(from: Shown, to: Shown, c: Style, whole: boolean): readonly string[] {
  const patch = structuredPatch('', '', String(from ?? ''), String(to ?? ''), '', '', {
    context: 2,
    maxEditLength: MOST_EDITS,
  });
  if (patch === undefined) return [`${valueText(from)} → ${valueText(to)}, all of them other lines`];
  if (patch.hunks.length === 0)
    return [c.dim('only ends of lines, or characters that a terminal does not show')];
  const lines = patch.hunks.flatMap(({ oldStart, newStart, lines: body }) => [
    ...(from === null ? [] : [c.cyan(`@@ -${oldStart} +${newStart} @@`)]),
    ...body.map((line) => paint(line, c)),
  ]);
  const rest = lines.length - SHOWN_LINES;
  return rest > 3 && !whole ? [...lines.slice(0, SHOWN_LINES), c.dim(`… ${rest} more lines: --diff`)] : lines;
}

function paint(line: string, c: Style): string {
  if (line.startsWith('+')) return c.green(line);
  return line.startsWith('-') ? c.red(line) : line;
}
