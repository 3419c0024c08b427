import type { Step } from '../resource/index.ts';
import type { Script } from '../shell/index.ts';

/** What `provision logs` was asked for. */
export interface LogRequest {
  /** As people call it: `imap`. */
  readonly service: string;
  /** Lines of each task, from the end. */
  readonly tail: number;
  readonly follow: boolean;
  /** A moment or an age as Docker takes it: `10m`. */
  readonly since: string | undefined;
}

/** A script whose output is what a person wants to see, and the host that it is run on. */
export interface Command {
  readonly host: string;
  readonly script: Script;
}

/** Why a verb cannot be carried out, and what to do. */
export interface Denied {
  readonly denied: string;
  readonly fix?: readonly string[];
}

/** What `provision remove-stack` does, and says before it does it. */
export interface Removal {
  readonly host: string;
  readonly goes: readonly string[];
  readonly stays: readonly string[];
  readonly steps: readonly Step[];
}

export function isDenied(value: object): value is Denied {
  return 'denied' in value;
}
