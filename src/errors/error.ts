import { CODES, type ErrorCode } from './codes.ts';
import type { ExitCode } from './exit.ts';

export interface ErrorDetails {
  /** Stable, for programs: `host-key-changed`. It says what the command ends with. */
  readonly code: ErrorCode;
  /** A more exact code, for programs: that of a finding, or of the cause that a host named. Default: `code`. */
  readonly exact?: string | undefined;
  /** Commands that a person can paste, one a line, or one sentence where no command can do it. */
  readonly fix?: readonly string[];
  readonly cause?: unknown;
}

/** Something went wrong that is not our own bug. The message says what; `fix` says what to do. */
export class ProvisionError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly fix: readonly string[];

  constructor(message: string, { code, exact = code, fix = [], cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = exact;
    this.exit = CODES[code].exit;
    this.fix = fix;
  }
}
