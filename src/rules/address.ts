import { BlockList, isIPv4 } from 'node:net';
import type { Address } from '../facts/index.ts';

/** The IPv4 addresses of a host, without their prefix lengths. */
export function ipv4Of(addresses: readonly Address[]): readonly string[] {
  return addresses.map(({ cidr }) => cidr.split('/')[0] ?? '').filter((address) => isIPv4(address));
}

/**
 * The address that a node tells the others: the inventory's where it is an address of the host, else the host's
 * only one. It does not depend on the order of interfaces, so it is the same in every run.
 */
export function advertiseAddress(
  explicit: string | undefined,
  inventory: string,
  addresses: readonly Address[],
): { readonly address: string } | { readonly candidates: readonly string[] } {
  if (explicit !== undefined) return { address: explicit };
  const own = ipv4Of(addresses);
  if (own.includes(inventory)) return { address: inventory };
  return own.length === 1 && own[0] !== undefined ? { address: own[0] } : { candidates: own };
}

/** Pairs of ranges that share an address. IPv4 in CIDR notation. */
export function overlaps(pools: readonly string[], ranges: readonly string[]): readonly [string, string][] {
  return pools.flatMap((pool) =>
    ranges.filter((range) => overlap(pool, range)).map((range): [string, string] => [pool, range]),
  );
}

function overlap(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

function contains(outer: string, inner: string): boolean {
  const [network = '', prefix = '32'] = outer.split('/');
  const [address = '', innerPrefix = '32'] = inner.split('/');
  if (!isIPv4(network) || !isIPv4(address) || Number(innerPrefix) < Number(prefix)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), 'ipv4');
  return list.check(address, 'ipv4');
}

/** The first of some private ranges that shares no address with these. */
export function freePool(ranges: readonly string[]): string | undefined {
  const candidates = ['10.201.0.0/16', '10.87.0.0/16', '172.29.0.0/16', '172.24.0.0/16', '192.168.128.0/17'];
  return candidates.find((pool) => overlaps([pool], ranges).length === 0);
}
