import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { hostname } from 'node:os';

/**
 * A name that is nobody's, and never will be (RFC 6761, 6.4). As the domain of `From` it claims no one's mail: a name of
 * the site would be a spoof, which Mailu rejects (core/rspamd/conf/force_actions.conf, ANTISPOOF_*); example.com asks
 * receivers to reject what it has not signed, and so may the domain of this machine. There is no policy for this one.
 */
export const NOBODY = 'provision.invalid';

/** Names that only a house or a building knows; receivers count them as worse than none (rspamd's hfilter). */
const LOCAL =
  /\.(arpa|corp|home|internal|intra|invalid|lan|local|localdomain|localhost|priv|private|test|user)$/i;
const NAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;

const isPublicName = (name: string) => NAME.test(name) && !LOCAL.test(name);

const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv6');

export interface Origin {
  /** Where connections come from, as far as this machine knows; a router may put its own there. */
  readonly address: string | undefined;
  /** What the address is called, where the name leads back to it. */
  readonly reverse: string | undefined;
  /** What the machine calls itself. */
  readonly hostname: string;
}

/**
 * What to say in EHLO. A sender that is run well says the name that its address has; one without says its address
 * (RFC 5321, 4.1.4). A private one would be a lie, and is what receivers count most against a sender (rspamd: 4.5 points,
 * a public one 3, a name that is not found 1.3).
 */
export function clientName({ address, reverse, hostname: own }: Origin): string {
  const named = [reverse, own].find((name) => name !== undefined && isPublicName(name));
  if (named !== undefined) return named.toLowerCase();
  if (address === undefined || PRIVATE.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return NOBODY;
  return isIPv6(address) ? `[IPv6:${address}]` : `[${address}]`;
}

/** By which name this machine goes to `target`. Asks the kernel and DNS; what they do not say within seconds is not known. */
export async function clientNameFor(target: string): Promise<string> {
  const address = await sourceAddress(target);
  const reverse = address === undefined ? undefined : await reverseName(address);
  return clientName({ address, reverse, hostname: hostname() });
}

/** The address that packets to `target` leave from. A connected socket of UDP tells, and sends nothing (connect(2)). */
function sourceAddress(target: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(target) ? 'udp6' : 'udp4');
    const end = (address?: string) => {
      socket.close();
      resolve(address !== undefined && isIP(address) !== 0 ? address : undefined);
    };
    socket.once('error', () => end());
    socket.connect(25, target, () => end(socket.address().address));
  });
}

const LOOPBACK = /^(127\.|::1$)/;

async function reverseName(address: string): Promise<string | undefined> {
  if (LOOPBACK.test(address)) return undefined;
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  try {
    const [name] = await resolver.reverse(address);
    if (name === undefined) return undefined;
    const back = await (isIPv6(address) ? resolver.resolve6(name) : resolver.resolve4(name));
    return back.includes(address) ? name : undefined;
  } catch {
    return undefined;
  }
}
