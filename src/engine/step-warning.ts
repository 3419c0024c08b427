import type { Finding } from '../errors/index.ts';
import { WARNING } from '../resource/index.ts';

/** What a step has said to be told although it succeeds: a line that begins with `WARNING`. */
export const stepWarning = (host: string, line: string): Finding => ({
  level: 'warn',
  code: 'step-warning',
  host,
  message: line.slice(WARNING.length).trim(),
  fix: [],
});
