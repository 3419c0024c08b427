import { createHash, X509Certificate } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import {
  adminProbe,
  asciiDomain,
  type Denied,
  type Enquiry,
  enquire,
  exportedList,
  isReached,
} from 'provision-swarm';
import { z } from 'zod';
import { type Mailu, type MailuCluster, portsOf } from '../settings/mailu.ts';
import { ADMIN } from './accounts-places.ts';
import { NO_STACK } from './no-stack.ts';

const text = z.string().nullish();
const exported = z
  .object({
    domain: exportedList(
      z.object({ name: z.string(), dns_mx: text, dns_spf: text, dns_dkim: text, dns_dmarc: text }),
    ),
  })
  .transform(({ domain }) => domain);
export type Domain = z.output<typeof exported>[number];

const ATTRIBUTES = ['name', 'dns_mx', 'dns_spf', 'dns_dkim', 'dns_dmarc'].map((name) => `domain.${name}`);

/** Asks Mailu for the records of its domains, and adds those that it does not know of. */
export function dns(cluster: MailuCluster): Enquiry<string> | Denied {
  const { settings: mailu } = cluster;
  if (mailu === undefined) return NO_STACK;
  const probe = adminProbe(ADMIN, ATTRIBUTES, exported);
  const certificate =
    mailu.tls.kind === 'cert' && mailu.tls.certificate !== undefined
      ? cluster.secret(mailu.tls.certificate).reveal()
      : undefined;
  return enquire(
    cluster.hosts.filter(isReached).map(({ name }) => name),
    probe,
    (answers) => {
      const found = [...answers.values()].find((answer) => 'value' in answer);
      const why = [...answers]
        .map(([host, answer]) => `${host}: ${'unknown' in answer ? answer.unknown : ''}`)
        .join('; ');
      return zoneFile(mailu, {
        domains: found?.value,
        unknown: why,
        addresses: publicAddresses(cluster),
        certificate,
      });
    },
  );
}

/** Addresses that clients reach the fronts at. */
export function publicAddresses({ hosts }: MailuCluster): readonly string[] {
  return hosts
    .filter(({ settings }) => settings.front)
    .flatMap(({ address, settings }) => settings.publicAddresses ?? [address])
    .filter((address) => isIPv4(address) || isIPv6(address));
}

interface Known {
  /** Absent where Mailu could not be asked, for the reason in `unknown`. */
  readonly domains: readonly Domain[] | undefined;
  readonly unknown: string;
  readonly addresses: readonly string[];
  /** PEM; absent where we do not have it. */
  readonly certificate: string | undefined;
}

/** Roots of Let's Encrypt, by the digest of their keys, as Mailu itself publishes them (core/admin/mailu/models.py). */
const ISRG_ROOTS = [
  '0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3',
  '762195c225586ee6c0237456e2107dc54f1efc21f61a792ebd515913cce68332',
];

const SRV: readonly (readonly [string, number, number])[] = [
  ['_imap', 143, 20],
  ['_pop3', 110, 20],
  ['_submission', 587, 20],
  ['_autodiscover', 443, 10],
  ['_submissions', 465, 10],
  ['_imaps', 993, 10],
  ['_pop3s', 995, 10],
];

/** The records to publish, as a zone file (RFC 1035, 5): those of each domain, of the server's names, and the reverse. */
export function zoneFile(mailu: Mailu, { domains, unknown, addresses, certificate }: Known): string {
  const [server = ''] = mailu.hostnames;
  const lines = [
    `; DNS records of Mailu at ${server}. Made by: provision dns`,
    '$TTL 600',
    '',
    '; the mail server',
    ...mailu.hostnames.flatMap((name) =>
      addresses.map((address) => `${name}. IN ${isIPv4(address) ? 'A' : 'AAAA'} ${address}`),
    ),
    ...(addresses.length === 0
      ? [`; ${server}. IN A …: set mailu.publicAddresses of the fronts: their addresses are names`]
      : []),
    ...tlsa(mailu, server, certificate),
    '',
    '; the reverse, which whoever gave you the addresses sets:',
    ...addresses.map((address) => `; ${reverse(address)}. IN PTR ${server}.`),
    ...(domains ?? []).flatMap((domain) => ofDomain(mailu, domain, server)),
    ...(domains === undefined ? ['', `; Mailu could not be asked for its domains: ${unknown}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function ofDomain(mailu: Mailu, domain: Domain, server: string): readonly string[] {
  // A zone file is in ASCII, and Mailu says a domain as people read it.
  const name = asciiDomain(domain.name);
  const own = [domain.dns_mx, domain.dns_spf, domain.dns_dkim, domain.dns_dmarc].map((record) =>
    record?.replaceAll(domain.name, name),
  );
  return [
    '',
    `; mail for ${name}`,
    ...own.flatMap((record) => record || []),
    ...(domain.dns_dkim ? [] : [`; no DKIM key yet: others may take mail from ${name} for spam`]),
    ...(domain.dns_dmarc && name !== mailu.domain
      ? [`${name}._report._dmarc.${mailu.domain}. IN TXT "v=DMARC1;"`]
      : []),
    ...SRV.map(([service, port, priority]) =>
      portsOf(mailu).some((open) => open === port)
        ? `${service}._tcp.${name}. IN SRV ${priority} 1 ${port} ${server}.`
        : `${service}._tcp.${name}. IN SRV 0 0 0 .`,
    ),
    ...['autoconfig', 'autodiscover'].map((alias) => `${alias}.${name}. IN CNAME ${server}.`),
  ];
}

/** Which certificate to expect at port 25 (RFC 7672). Of use only in a zone that is signed. */
function tlsa(mailu: Mailu, server: string, certificate: string | undefined): readonly string[] {
  const record = (usage: number, digest: string) => `_25._tcp.${server}. IN TLSA ${usage} 1 1 ${digest}`;
  if (mailu.tls.kind === 'letsencrypt') return ISRG_ROOTS.map((digest) => record(2, digest));
  if (mailu.tls.kind === 'notls') return [];
  if (certificate === undefined)
    return [`; ${record(3, '…')}: the digest of the key in certs/cert.pem, which only the hosts have`];
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return [record(3, createHash('sha256').update(key).digest('hex'))];
}

function reverse(address: string): string {
  if (isIPv4(address)) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  const digits = [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('');
  return `${[...digits].toReversed().join('.')}.ip6.arpa`;
}
