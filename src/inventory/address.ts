import { domainToASCII } from 'node:url';
import { z } from 'zod';

const EXPECTED = 'expected an IP address or a host name';

/** Four numbers, or what was meant as such: no name of a host ends in a number (RFC 1123, 2.1). */
const NUMBERS = /(^|\.)(0x[0-9a-f]*|\d+)\.?$/i;

/** Where ssh reaches a host, and nothing else with it. */
export const addressSchema = z
  .union([z.ipv4(), z.ipv6(), z.hostname().refine((name) => !NUMBERS.test(name))], {
    error: ({ input }) => (typeof input === 'string' ? `${EXPECTED}${hint(input)}` : EXPECTED),
  })
  .describe('where ssh reaches it')
  .meta({ examples: ['192.0.2.11', 'mail-1.example.org'] });

/** What was written besides. */
function hint(text: string): string {
  if (/^[a-z]+:\/\//i.test(text)) return ' alone, without what is before and after it';
  if (/^[^@\s]+@/.test(text)) return ' alone; the user who logs in goes into `ssh: { user }`';
  if (/^\[.*\]$/.test(text)) return ', without brackets';
  if (/^(\[.*\]|[^:]+):\d+$/.test(text)) return ' alone; the port is `ssh: { port }`';
  if (/\/\d+$/.test(text)) return ' alone, without the length of its network';
  if (/%/.test(text)) return ', which another machine can reach it at as well: a link-local one is none';
  if (/^[\d.]+$/.test(text)) return '; an IPv4 address is four numbers up to 255';
  // Letters that DNS writes in its own way (RFC 5890).
  const foreign = /^[\p{L}\p{N}.-]+$/u.test(text) && /\P{ASCII}/u.test(text) ? domainToASCII(text) : '';
  return foreign === '' ? '' : `; DNS has it as ${foreign}`;
}

/** Two spellings of one address are one: DNS knows no case and a last dot, and IPv6 has several forms (RFC 5952). */
export function sameAddress(address: string): string {
  const name = address.toLowerCase().replace(/\.$/, '');
  return name.includes(':') ? new URL(`http://[${name}]`).hostname : name;
}
