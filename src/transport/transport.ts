import type { Script } from '../shell/index.ts';

/** What a script left behind. `stdout` and `stderr` are whole (but see `keep`), decoded once as UTF-8, and not trimmed. */
export interface ScriptResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Something that the login has started had the session's output still when the script had ended. */
  readonly heldOpen?: true;
}

export interface ScriptOptions {
  /** Gives the script up: the promise rejects with the signal's reason; what runs on the host is not killed. */
  readonly signal?: AbortSignal;
  /** Milliseconds without an end after which the run is given up with a `timeout` error. Default: none. */
  readonly timeout?: number;
  /** Output as it comes, decoded across chunk borders. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
  /** Characters of each stream that the result has, from its end. Default: all. */
  readonly keep?: number;
  /**
   * What the script reads on its stdin. It must not come before the script asks for it (shells read ahead), and the
   * script must end with `exit` (its shell would wait for more). Default: nothing, stdin is closed.
   */
  readonly stdin?: AsyncIterable<string>;
}

/**
 * A way to run a script on a host. The script travels on the stdin of `/bin/sh`, never in an argument, so that
 * its length is not limited and it is in no process list.
 */
export interface Transport extends AsyncDisposable {
  /** The host as a person names it, for messages. */
  readonly name: string;
  /**
   * Runs a script to its end. A script that fails is an answer, not an error: look at `code`.
   *
   * @throws TransportError where the script could not be run to its end.
   */
  run(script: Script, options?: ScriptOptions): Promise<ScriptResult>;
}
