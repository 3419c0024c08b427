export { ConfigError, type Problem } from './config.ts';
export { type ErrorDetails, type ExitCode, ProvisionError } from './error.ts';
export type { Finding } from './finding.ts';
export { Interrupted } from './interrupted.ts';
export { didYouMean } from './nearest.ts';
export { inOneLine, itSaid } from './said.ts';
export { TransportError, type TransportFailure } from './transport.ts';
