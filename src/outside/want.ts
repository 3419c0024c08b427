import type { Secret } from '../shell/index.ts';

/** A port as clients use it. */
export interface Service {
  readonly port: number;
  readonly protocol: 'smtp' | 'imap' | 'pop3' | 'sieve' | 'http';
  /** `start`: TLS from the first byte; `upgrade`: it begins in clear (STARTTLS); `never`: in clear. */
  readonly encryption: 'start' | 'upgrade' | 'never';
}

/** What is to be seen of a mail server by a machine that has no part in it. */
export interface OutsideCheck {
  /** The machines that serve clients, and the address to reach each at. */
  readonly fronts: readonly { readonly host: string; readonly address: string }[];
  /** The name that is in the certificate. */
  readonly hostname: string;
  readonly domain: string;
  readonly services: readonly Service[];
  /** A mailbox that a message is sent to. With a password it is read there, too. */
  readonly mailbox: { readonly address: string; readonly password: Secret | undefined };
  /** Seconds that the message may take. */
  readonly patience: number;
}
