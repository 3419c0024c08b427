import { NOBODY } from './identity.ts';

/**
 * The message that is sent, with all that receivers look for: without it rspamd would greylist it, or call it spam, for what
 * it looks like. By rspamd's own scores this has 1.1 points, for it is not signed (AUTH_NA) and comes straight from where
 * it was written (ONCE_RECEIVED). Where this machine's address has no name, 3.5 more (HFILTER_HOSTNAME_UNKNOWN, RDNS_NONE), and what EHLO
 * costs (`identity.ts`). From 4 on it is greylisted, from 15 on rejected (conf/actions.conf, conf/scores.d, the same in 3.4 and 3.8.4).
 *
 * The envelope's sender is nobody (`<>`): it answers nobody, is answered by nobody (RFC 3834, 2), and its
 * domain is not looked for. `noreply`: Mailu's own filter sends no vacation notice there.
 */
export function checkMessage(to: string, id: string, date: Date): readonly string[] {
  return [
    `From: provision check <noreply@${NOBODY}>`,
    `To: <${to}>`,
    'Subject: provision check: mail arrives',
    `Message-ID: <${id}>`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
    '',
    'This message was sent by provision check, to see whether mail from outside',
    'arrives in this mailbox. Where the check can read the mailbox, it takes the',
    'message away again when it has seen it. There is nothing for you to do.',
    '.',
  ];
}
