import type { Cluster, MachineFacts, ReachedHost, ResolverFacts } from 'provision-swarm';
import { z } from 'zod';
import type { ClusterSettings as SwarmSettings } from './swarm.ts';

const zone = z
  .string()
  .regex(/^([\w-]+\.)*[\w-]+\.?$/, 'expected the name of a zone, as in `corp.example`')
  .transform((name) => name.replace(/\.$/, ''));

/** `zone IN DS tag algorithm digest-type digest`, or the same with DNSKEY, as `dig` and a zone's operator give it. */
const anchor = z
  .string()
  .regex(
    /^[\w.-]*\w\.?\s+(\d+\s+)?(IN\s+)?(DS\s+\d+\s+\d+\s+\d+\s+[0-9A-Fa-f]+|DNSKEY\s+\d+\s+3\s+\d+\s+[\w+/= ]+)$/,
    'expected a DS or DNSKEY record of a zone, as in `corp.example. IN DS 12345 13 2 49FD…`; the key of the root comes with the system',
  );

const address = z.union([z.ipv4(), z.ipv6()], 'expected an IPv4 or IPv6 address');

const name = z.string().regex(/^[\w.-]+$/, 'expected a domain name');

export const hostSettings = z
  .strictObject({
    kind: z
      .enum(['dnssec-trigger', 'unbound', 'none'])
      .default('none')
      .describe(
        '`dnssec-trigger`: unbound, fed by NetworkManager through dnssec-trigger (where NetworkManager does not run: unbound); `unbound`: unbound alone; `none`: names are resolved as they are now',
      ),
    forwarders: z
      .array(address)
      .default([])
      .describe(
        'with `unbound`: name servers that it asks, which have to pass DNSSEC on; none: it asks from the root on',
      )
      .meta({ examples: [['192.0.2.53']] }),
    privateZones: z
      .record(zone, z.array(address).min(1))
      .default({})
      .describe(
        'zones that only your own name servers know, with their addresses; not validated without an anchor',
      )
      .meta({ examples: [{ 'corp.example': ['192.0.2.53'] }] }),
    trustAnchors: z
      .array(anchor)
      .default([])
      .describe('DS or DNSKEY records of zones with keys of their own')
      .meta({ examples: [[`corp.example. IN DS 12345 13 2 ${'49FD'.repeat(16)}`]] }),
    network: z
      .string()
      .optional()
      .describe(
        'an attachable overlay network of `swarm: networks`; containers on it are seen to get validated answers',
      )
      .meta({ examples: ['mail'] }),
    checks: z
      .strictObject({
        signed: name.default('example.org').describe('a name that is signed, with right signatures'),
        bogus: name.default('dnssec-failed.org').describe('a name that is signed, with wrong signatures'),
        unsigned: name.default('google.com').describe('a name that is not signed'),
      })
      .prefault({})
      .describe('names that every new resolver is tried with'),
  })
  .describe('who answers questions about names on the hosts');

export type Settings = z.output<typeof hostSettings>;
export interface Facts {
  readonly machine: MachineFacts;
  readonly resolver: ResolverFacts;
}
export interface Others {
  readonly swarm: SwarmSettings;
}
export type Resolvers = Cluster<unknown, Settings, Facts, Others>;
export type Reached = ReachedHost<Settings, Facts>;
