/**
 * Seconds since 1970 of systemd's `Mon 2026-01-05 10:20:30.123456 UTC`; 0 where there is none. Old ones leave the fraction
 * out: the second's end, so that what was written just before is not newer.
 */
export function secondsOf(text: string): number {
  const match = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)? UTC$/.exec(text);
  if (match === null) return 0;
  return Date.parse(`${match[1]}T${match[2]}Z`) / 1000 + Number(match[3] ?? 0.999999);
}
