import { z } from 'zod';
import { absolutePath } from '../path.ts';

const name = z.string().regex(/^[\w.-]+$/, 'expected a domain name');

/** Names that show what a resolver does with them. */
const checks = z.strictObject({
  /** One that is signed: Mailu's admin waits until this very answer is validated. */
  signed: name.default('example.org'),
  /** One whose signatures are wrong. */
  bogus: name.default('dnssec-failed.org'),
  /** One that is not signed. */
  unsigned: name.default('google.com'),
});

export const want = z.strictObject({
  /** `dnssec-trigger` feeds unbound with what NetworkManager knows; `unbound` is by itself. */
  kind: z.enum(['dnssec-trigger', 'unbound']),
  /** Why it is this kind, where that is not what was asked for: the plan says it. */
  because: z.string().optional(),
  /** Name servers that unbound asks; none: it asks from the root on. */
  forwarders: z.array(z.string()).default([]),
  /** Names that it is tried with. */
  checks: checks.prefault({}),
  /** Files that unbound, and dnssec-trigger, read when they start. */
  configuration: z.strictObject({
    /** Those of unbound. */
    unbound: z.array(absolutePath),
    /** Those of dnssec-trigger. */
    'dnssec-trigger': z.array(absolutePath).default([]),
  }),
});

export type Want = z.output<typeof want>;

export const RESOLV_CONF = '/etc/resolv.conf';
export const NM_CONF = '/etc/NetworkManager/NetworkManager.conf';

/** Of the roots, two whose operators are different. */
export const ROOTS = ['198.41.0.4', '193.0.14.129'];

/** Where dnssec-trigger keeps the keys by which its daemon and its command know each other. */
export const CONTROL = '/etc/dnssec-trigger/dnssec_trigger';
