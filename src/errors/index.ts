export { CODES, type ErrorCode } from './codes.ts';
export { ConfigError, type Problem } from './config.ts';
export { type ErrorDetails, ProvisionError } from './error.ts';
export { EXIT, type ExitCode } from './exit.ts';
export type { Finding } from './finding.ts';
export { Interrupted } from './interrupted.ts';
export { didYouMean, nearest } from './nearest.ts';
export { inOneLine, itSaid } from './said.ts';
export { TransportError, type TransportFailure } from './transport.ts';
