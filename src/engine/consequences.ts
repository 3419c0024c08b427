import type { Finding } from '../errors/index.ts';
import { causeOf } from './causes.ts';

/** Whether what was said of a host names as its cause what a refusal of it already is: a host without systemd is told once. A refusal that names no host is about all of them. */
export function isConsequence(
  words: string,
  host: string | undefined,
  findings: readonly Finding[],
): boolean {
  const code = causeOf(words)?.code;
  return findings.some(
    (finding) =>
      finding.level === 'refuse' &&
      finding.code === code &&
      (host === undefined || finding.host === undefined || finding.host === host),
  );
}

/** The findings without those that only follow from another. One that tells the cause itself stays, whatever its words. */
export function withoutConsequences(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(
    ({ code, message, host }) => code === causeOf(message)?.code || !isConsequence(message, host, findings),
  );
}
