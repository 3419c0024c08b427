import { ProvisionError } from './error.ts';

/** The ways in which a host does not let a script run to its end, each with a remedy of its own. */
export type TransportFailure =
  | 'not-listening'
  | 'unreachable'
  | 'timeout'
  | 'auth'
  /** It lets in only root until it has started. */
  | 'booting'
  | 'algorithms'
  | 'key-file'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'lost'
  | 'no-session'
  | 'no-shell'
  | 'sudo-refused'
  | 'sudo-password-missing'
  | 'start';

/** A script could not be run to its end on a host. */
export class TransportError extends ProvisionError {
  readonly failure: TransportFailure;

  constructor(
    failure: TransportFailure,
    message: string,
    options: { fix?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { code: failure, ...options });
    this.failure = failure;
  }
}
