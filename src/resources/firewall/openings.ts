import { z } from 'zod';

const port = z.union([
  z.int().min(1).max(65535),
  z.string().regex(/^\d+-\d+$/, 'expected a port or a range as in 24009-24018'),
]);

/** What a firewall lets in, from these addresses and from nobody else. */
export const openingsWant = z.strictObject({
  /** Addresses that are let in. */
  from: z.array(z.ipv4()).readonly(),
  /** TCP ports that they reach. */
  tcp: z.array(port).default([]),
  /** UDP ports that they reach. */
  udp: z.array(port).default([]),
  /** Whether they may send IP protocol 50, of overlay networks that are encrypted. */
  esp: z.boolean().default(false),
  /** Whether all peers are in `from`. Where one was not reached, what was opened for others stays. */
  complete: z.boolean().default(true),
});
export type Openings = z.output<typeof openingsWant>;

/** What marks a rule as ours. Rules without it are never touched. */
export const MARK = 'provision';

/** One rule, as people read it: `tcp 2377,7946 from 192.0.2.11`. */
export interface Opening {
  readonly protocol: 'tcp' | 'udp' | 'esp';
  /** Sorted, joined by commas; empty for esp. */
  readonly ports: string;
  readonly from: string;
}

export function openingsOf({ from, tcp, udp, esp }: Openings): readonly Opening[] {
  return from.flatMap((address): readonly Opening[] => [
    ...(tcp.length > 0 ? [{ protocol: 'tcp' as const, ports: portsOf(tcp), from: address }] : []),
    ...(udp.length > 0 ? [{ protocol: 'udp' as const, ports: portsOf(udp), from: address }] : []),
    ...(esp ? [{ protocol: 'esp' as const, ports: '', from: address }] : []),
  ]);
}

export function nameOf({ protocol, ports, from }: Opening): string {
  return [protocol, ports, 'from', from].filter((word) => word !== '').join(' ');
}

function portsOf(ports: Openings['tcp']): string {
  return sortedPorts(ports.map(String)).join(',');
}

export function sortedPorts(ports: readonly string[]): readonly string[] {
  return ports.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}
