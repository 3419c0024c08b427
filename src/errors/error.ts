import type { ExitCode } from './exit.ts';

export interface ErrorDetails {
  /** Stable, for programs: `host-key-changed`. */
  readonly code: string;
  readonly exit: ExitCode;
  /** Commands that a person can paste, one a line, or one sentence where no command can do it. */
  readonly fix?: readonly string[];
  readonly cause?: unknown;
}

/** Something went wrong that is not our own bug. The message says what; `fix` says what to do. */
export class ProvisionError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly fix: readonly string[];

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
    this.exit = details.exit;
    this.fix = details.fix ?? [];
  }
}
