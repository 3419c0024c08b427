import { type Denied, type MailCheck, mailCheck, type OutsideCheck } from 'provision-swarm';
import { ENCRYPTED_PORTS, type Mailu, type MailuCluster, portsOf } from '../settings/mailu.ts';
import { certificateFiles } from './certificate.ts';
import { NO_STACK } from './no-stack.ts';

type Protocol = MailCheck['services'][number]['protocol'];

const PROTOCOLS: Readonly<Record<number, Protocol>> = {
  25: 'smtp',
  110: 'pop3',
  143: 'imap',
  443: 'http',
  465: 'smtp',
  587: 'smtp',
  993: 'imap',
  995: 'pop3',
  4190: 'sieve',
};

/** Seconds that a message may take to arrive: a filter that has just begun is slow, and a service may wait for its lease. */
const DELIVERY = 120;

/** Seconds for which a login has to exempt its address at least, for what is tried right after it. */
const EXEMPTION = 300;

export function check(cluster: MailuCluster): OutsideCheck | Denied {
  const wanted = seenOf(cluster);
  return wanted === undefined ? NO_STACK : mailCheck(wanted);
}

/** What is to be seen of the stack from outside. */
export function seenOf(cluster: MailuCluster): MailCheck | undefined {
  const { settings: mailu } = cluster;
  if (mailu === undefined) return undefined;
  const [hostname = ''] = mailu.hostnames;
  const account = mailu.admin.account ?? mailu.postmaster;
  const { password } = mailu.admin;
  return {
    fronts: cluster.hosts
      .filter(({ settings }) => settings.front)
      .map(({ name, address, settings }) => ({
        host: name,
        address: settings.publicAddresses?.[0] ?? address,
      })),
    hostname,
    domain: mailu.domain,
    services: portsOf(mailu).flatMap((port) => serviceAt(port, mailu, cluster.others.storage.root)),
    remarks: remarks(mailu),
    tlsOnly: isOn(mailu, 'INBOUND_TLS_ENFORCE'),
    mailbox: {
      address: `${account}@${mailu.domain}`,
      // Where only tokens are taken, the right password is a failed login, too (core/admin/mailu/internal/nginx.py).
      password:
        password === undefined || isOn(mailu, 'AUTH_REQUIRE_TOKENS') ? undefined : cluster.secret(password),
    },
    exempts: Number(mailu.variables.AUTH_RATELIMIT_EXEMPTION_LENGTH ?? 86400) >= EXEMPTION,
    patience: DELIVERY,
  };
}

/** As Mailu reads it: whatever is not `false` or `no` (core/admin/mailu/configuration.py, `__coerce_value`). */
function isOn({ variables }: Mailu, name: string): boolean {
  const value = variables[name];
  return value !== undefined && !['false', 'no'].includes(value.toLowerCase());
}

function serviceAt(port: number, mailu: Mailu, root: string): MailCheck['services'] {
  const { tls } = mailu;
  if (port === 80) return [{ port, protocol: 'http', encryption: 'never' }];
  const protocol = PROTOCOLS[port];
  const encrypted = ENCRYPTED_PORTS.some((other) => other === port);
  if (protocol === undefined || (encrypted && tls.kind === 'notls')) return [];
  if (tls.kind === 'notls') return [{ port, protocol, encryption: 'never' }];
  return [{ port, protocol, encryption: encrypted ? 'start' : 'upgrade', ...whileClosed(mailu, root) }];
}

/** Without a certificate the front serves 25 in the clear and 80, and nothing else (core/nginx/config.py, TLS_ERROR). */
function whileClosed(mailu: Mailu, root: string): { readonly closed?: string } {
  if (mailu.tls.kind === 'letsencrypt')
    return {
      closed: "it opens when Let's Encrypt has given the certificate, some minutes after the first start",
    };
  const files = certificateFiles(mailu, root);
  return files.length === 0 ? {} : { closed: `it opens once ${files.join(' and ')} are there` };
}

function remarks(mailu: Mailu): readonly string[] {
  return [
    ...(isOn(mailu, 'AUTH_REQUIRE_TOKENS')
      ? ['Mailu lets mail programs in with tokens alone (`AUTH_REQUIRE_TOKENS`), so no password is tried']
      : []),
    ...withoutTls(mailu),
  ];
}

/** What else `notls` closes is refused in the inventory. */
function withoutTls(mailu: Mailu): readonly string[] {
  if (mailu.tls.kind !== 'notls') return [];
  const has = (...wanted: readonly number[]) => portsOf(mailu).some((port) => wanted.includes(port));
  const cannot = [...(has(143, 110) ? [] : ['read']), ...(has(587) ? [] : ['send'])];
  if (cannot.length === 0) return [];
  return [
    `mail programs cannot ${cannot.join(' or ')} mail: ${cannot.length === 2 ? 'neither 143, 110 nor 587 is' : has(587) ? 'neither 143 nor 110 is' : '587 is not'} in \`mailu: ports\``,
  ];
}
