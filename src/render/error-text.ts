import { NotSettled, StepFailed } from '../engine/index.ts';
import { type Finding, ProvisionError } from '../errors/index.ts';
import { cleaned, cleanText } from './clean.ts';
import type { Style } from './style.ts';

/** Lines of a command that are shown. */
const LONGEST = 15;

/** An error of a host: what, in which resource, the command, its last words, and what to do. */
export function errorText(host: string | undefined, error: unknown, c: Style): readonly string[] {
  const message = cleanText(error instanceof Error ? error.message : String(error));
  const lines = [c.fold(`${c.red('error')}  ${host === undefined ? '' : `${c.bold(host)}: `}${message}`)];
  if (error instanceof StepFailed) {
    lines.push(`  in: ${error.resource}${error.origin === undefined ? '' : ` (${error.origin})`}`);
    lines.push(
      ...block('command', shortened(cleanText(error.command).split('\n')), c),
      ...block('said', cleaned(error.tail), c),
    );
  }
  if (error instanceof NotSettled) {
    lines.push(`  in: ${error.resource}`);
    if (error.tail.length > 0) lines.push(...block('last words', cleaned(error.tail), c));
  }
  if (error instanceof ProvisionError) lines.push(...fixText(error.fix, c));
  else if (error instanceof Error) lines.push(...(error.stack ?? '').split('\n').slice(1));
  return lines;
}

export function findingText({ level, host, message, fix }: Finding, c: Style): readonly string[] {
  const word = level === 'refuse' ? c.red('refused') : c.yellow('warning');
  return [c.fold(`${word}  ${host === undefined ? '' : `${c.bold(host)}: `}${message}`), ...fixText(fix, c)];
}

function fixText(fix: readonly string[], c: Style): readonly string[] {
  return cleaned(fix).map((line) => `  ${c.cyan('fix:')} ${line}`);
}

/** Of a program as long as a page, as much as tells which it is. */
function shortened(lines: readonly string[]): readonly string[] {
  return lines.length <= LONGEST
    ? lines
    : [...lines.slice(0, LONGEST - 1), `… and ${lines.length - LONGEST + 1} lines more`];
}

function block(title: string, lines: readonly string[], c: Style): readonly string[] {
  return [`  ${title}:`, ...lines.map((line) => `    ${c.dim('│')} ${line}`)];
}
