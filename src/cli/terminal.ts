import { openSync } from 'node:fs';
import { WriteStream } from 'node:tty';

/** Where a person who types at stdin reads what they are asked. */
export interface Terminal extends Disposable {
  readonly shown: NodeJS.WriteStream;
}

/** Whether somebody may sit here, and could answer. */
export const isAttended = (): boolean => process.stdin.isTTY === true;

/**
 * A terminal to ask on. stderr or stdout may be a file: then it is the terminal that the person has started this from. Undefined where
 * nobody sits here, or nothing can be shown to them.
 */
export function openTerminal(): Terminal | undefined {
  if (!isAttended()) return undefined;
  const shown = [process.stderr, process.stdout].find(({ isTTY }) => isTTY === true);
  return shown === undefined ? controlling() : { shown, [Symbol.dispose]: () => undefined };
}

/** That of the session (tty(4)), which a session of its own may not have. */
function controlling(): Terminal | undefined {
  try {
    const shown = new WriteStream(openSync('/dev/tty', 'w'));
    return { shown, [Symbol.dispose]: () => void shown.destroy() };
  } catch {
    return undefined;
  }
}
