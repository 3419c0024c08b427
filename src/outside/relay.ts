import { NOBODY } from './identity.ts';

/** A way of asking to relay: what is said, in order. The last line is the recipient; to accept it is to relay. */
export interface RelayAttempt {
  readonly name: string;
  /** `submission`: on 465 where it is open, else on 587. */
  readonly on: 'smtp' | 'submission';
  /** Whether it encrypts first, where the server offers that. */
  readonly encrypt: boolean;
  readonly lines: readonly string[];
}

/** Not ours, and a name that exists: a server must not refuse it for want of a domain (RFC 2606). */
const ELSEWHERE = 'example.net';
const USER = `relay-test@${ELSEWHERE}`;

/**
 * Ways of asking a server that serves `domain` at `address` to pass mail on to strangers: those that old relays fell
 * for (RFC 2505, 2.1; RFC 5321, 7.8 and appendix C), and those by which a proxy in front could be talked into trust.
 *
 * None has a word of AUTH in it. Mailu counts each one on port 25 against the network that it comes from, whatever
 * it says (core/admin/mailu/internal/views/auth.py, `is_port_25 and headers['Auth-Method'] != 'none'`), and five within an hour lock
 * the network out. That port 25 takes no logins is seen from what EHLO lists (`service.ts`); a wrong password has its own place (`login.ts`).
 * A recipient without AUTH counts nothing there, unless the server takes mail over TLS alone and is asked in the clear
 * (`attempt.ts`). Mailu's limit on messages is one of senders who have logged in (core/postfix/conf/master.cf, `check_ratelimit`).
 */
export function relayAttempts(domain: string, address: string, client = NOBODY): readonly RelayAttempt[] {
  const literal = address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
  const ask = (
    name: string,
    from: string,
    to: string,
    options: Partial<Omit<RelayAttempt, 'name' | 'lines'>> & {
      before?: readonly string[];
      helo?: string;
    } = {},
  ): RelayAttempt => ({
    name,
    on: options.on ?? 'smtp',
    encrypt: options.encrypt ?? false,
    lines: [
      options.helo ?? `EHLO ${client}`,
      ...(options.before ?? []),
      `MAIL FROM:<${from}>`,
      `RCPT TO:<${to}>`,
    ],
  });
  const own = `postmaster@${domain}`;
  return [
    ask('from nobody', '', USER),
    ask('from our own postmaster', own, USER),
    ask('from a stranger', 'someone@example.com', USER),
    ask('from a name without a domain', 'root', USER),
    ask('from our address literal', `postmaster@${literal}`, USER),
    ask('from localhost', 'root@localhost', USER),
    ask('percent hack through our domain', own, `relay-test%${ELSEWHERE}@${domain}`),
    ask('percent hack through our address', own, `relay-test%${ELSEWHERE}@${literal}`),
    ask('percent hack alone', own, `relay-test%${ELSEWHERE}`),
    ask('quoted address', own, `"${USER}"`),
    ask('quoted address at our domain', own, `"${USER}"@${domain}`),
    ask('quoted percent hack', own, `"relay-test%${ELSEWHERE}"`),
    ask('two at signs', own, `${USER}@${domain}`),
    ask('two at signs, our address', own, `${USER}@${literal}`),
    ask('source route through our domain', own, `@${domain}:${USER}`),
    ask('source route through our address', own, `@${literal}:${USER}`),
    ask('bang path', own, `${ELSEWHERE}!relay-test`),
    ask('bang path at our domain', own, `${ELSEWHERE}!relay-test@${domain}`),
    ask('bang path at our address', own, `${ELSEWHERE}!relay-test@${literal}`),
    ask('as localhost', '', USER, { helo: 'EHLO localhost' }),
    ask('as our own domain', own, USER, { helo: `EHLO ${domain}` }),
    ask('claiming another address (XCLIENT)', '', USER, {
      before: ['XCLIENT ADDR=127.0.0.1 NAME=localhost'],
    }),
    ask('claiming another address (XFORWARD)', '', USER, {
      before: ['XFORWARD ADDR=127.0.0.1 NAME=localhost'],
    }),
    ask('encrypted', own, USER, { encrypt: true }),
    ask('submission without a login', own, USER, { on: 'submission', encrypt: true }),
  ];
}
