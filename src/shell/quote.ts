/** A word that every POSIX shell reads as itself. `=` is left out: at the start of a command it would assign. */
const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;

/**
 * One shell word that a POSIX shell (dash, bash, busybox) reads back as `text`, byte for byte.
 *
 * @throws RangeError where `text` has a NUL, which no shell word can hold.
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word cannot hold a NUL character');
  if (PLAIN.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
