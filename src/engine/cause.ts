/** Why a command failed, where that has nothing to do with the command. */
export interface Cause {
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

/** A cause, and the words that tell it. */
export interface KnownCause extends Cause {
  readonly words: RegExp;
}
