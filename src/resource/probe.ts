import type { Script } from '../shell/index.ts';

/** What one piece of a host's script left behind. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * "Cannot tell yet", for a reason that a person can read and that a later stage removes: `docker is not
 * installed`. It is neither a value (absence is a value) nor an error (which is thrown).
 */
export class Unobservable {
  readonly reason: string;

  constructor(reason: string) {
    if (typeof reason !== 'string' || reason === '')
      throw new TypeError('an Unobservable needs its reason, as a text');
    this.reason = reason;
  }
}

/**
 * A question to a host: text that only reads, and a pure reading of what it printed. `parse` throws
 * `ProbeError` where it could not look: that is never "not there".
 */
export interface Probe<Have> {
  readonly script: Script;
  parse(output: Output): Have | Unobservable;
}

/** The host was asked and the answer tells nothing. */
export class ProbeError extends Error {
  constructor(message: string, output?: Output) {
    const said = output === undefined ? '' : `: ${lastLine(output.stderr) || `exit code ${output.code}`}`;
    super(message + said);
    this.name = 'ProbeError';
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
