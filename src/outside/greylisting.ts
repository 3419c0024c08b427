/**
 * Whether a refusal is greylisting: a sender that is not known is told to come back. rspamd says the words that its
 * configuration has (conf/modules.d/greylist.conf, `message`), others name it. What else is put off, as by a filter that is
 * not there yet, has other words: `4.7.1 Service unavailable`, `Please retry later (anti-virus not ready)`.
 */
export const isGreylisting = (said: string): boolean =>
  /^4\d\d /.test(said) && (/gr[ae]y[- ]?list/i.test(said) || /^451 4\.7\.1 Try again later\b/i.test(said));

/**
 * Seconds after which a message is sent again: rspamd takes what comes back after 300 s, counted from when it has looked
 * at the first, and from the same network for a day (src/plugins/lua/greylist.lua, `timeout`, `expire`).
 */
export const RETRY = 310;

/** Seconds that greylisting is waited for in all: others have longer times. */
export const ENOUGH = 3 * RETRY;

/** Seconds to wait before the message is sent again; absent where that would be more than `limit` in all. */
export function untilNextTry(waited: number, limit: number): number | undefined {
  return waited + RETRY > limit ? undefined : RETRY;
}
