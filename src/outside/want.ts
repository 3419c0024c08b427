import type { Secret } from '../shell/index.ts';

/** A port as clients use it. */
export interface Service {
  readonly port: number;
  readonly protocol: 'smtp' | 'imap' | 'pop3' | 'sieve' | 'http';
  /** `start`: TLS from the first byte; `upgrade`: it begins in clear (STARTTLS); `never`: in clear. */
  readonly encryption: 'start' | 'upgrade' | 'never';
  /** What it may mean where nothing answers, if more is known than that. */
  readonly closed?: string;
}

/** What is to be seen of a mail server by a machine that has no part in it. */
export interface MailCheck {
  /** The machines that serve clients, and the address to reach each at. */
  readonly fronts: readonly { readonly host: string; readonly address: string }[];
  /** The name that is in the certificate. */
  readonly hostname: string;
  readonly domain: string;
  readonly services: readonly Service[];
  /** What a person should know of what is asked, and of what is not. */
  readonly remarks: readonly string[];
  /** Whether port 25 takes nothing before STARTTLS, and counts who asks in the clear as a failed login. */
  readonly tlsOnly: boolean;
  /** A mailbox that a message is sent to. With a password it is read there, too. */
  readonly mailbox: { readonly address: string; readonly password: Secret | undefined };
  /** Whether a login that succeeds keeps its address from being counted: only then is a wrong password tried. */
  readonly exempts: boolean;
  /** Seconds that the message may take once it is accepted. */
  readonly patience: number;
}
