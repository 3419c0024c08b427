import {
  type Cluster,
  type FirewallFacts,
  type MachineFacts,
  OUR_LABELS,
  type PortFact,
  packetSize,
  type ReachedHost,
  type SwarmFacts,
} from 'provision-swarm';
import { z } from 'zod';

export const clusterSettings = z
  .strictObject({
    addressPools: z
      .array(z.cidrv4())
      .default([])
      .describe('ranges for overlay networks; only when the swarm is made')
      .meta({ examples: [['10.64.0.0/12']] }),
    subnetSize: z
      .int()
      .min(16)
      .max(29)
      .optional()
      .describe('the prefix length of a subnet out of these ranges; only when the swarm is made')
      .meta({ examples: [24] }),
    dataPathPort: z
      .int()
      .min(1024)
      .max(49151)
      .optional()
      .describe('the UDP port of VXLAN; only when the swarm is made; default 4789')
      .meta({ default: 4789 }),
    networks: z
      .record(
        z.string(),
        z.strictObject({
          subnet: z
            .cidrv4()
            .describe('the addresses of the network')
            .meta({ examples: ['10.20.0.0/24'] }),
          attachable: z
            .boolean()
            .optional()
            .describe('whether containers that are no services may join it')
            .meta({ default: false }),
          encrypted: z
            .boolean()
            .optional()
            .describe('whether what goes from host to host is encrypted (IPsec)')
            .meta({ default: false }),
          mtu: packetSize
            .optional()
            .describe(
              'bytes of a packet that the network between the hosts carries; default: as Docker makes it, for 1500',
            )
            .meta({ examples: [1400] }),
        }),
      )
      .default({})
      .describe('overlay networks by name'),
    ingress: z
      .strictObject({
        mtu: packetSize
          .describe(
            'bytes of a packet that the network between the hosts carries; changed only while nothing publishes through it',
          )
          .meta({ examples: [1400] }),
      })
      .optional()
      .describe('the network of the routing mesh; default: as Docker makes it, for 1500 bytes'),
  })
  .describe('the swarm: its nodes and its networks');

export const hostSettings = z
  .strictObject({
    role: z
      .enum(['manager', 'worker'])
      .default('worker')
      .describe(
        '`manager`: keeps the state of the swarm, as an odd number of hosts should; `worker`: runs services only',
      ),
    availability: z
      .enum(['active', 'pause', 'drain'])
      .optional()
      .describe(
        'whether it takes tasks: `pause`: no new ones; `drain`: none; default: what it is; a node that joins is active',
      ),
    labels: z
      .record(
        z
          .string()
          .refine((name) => !name.startsWith(OUR_LABELS), 'labels that begin with `provision.` are our own'),
        z.string().nullable(),
      )
      .default({})
      .describe('labels of the node; others that it has stay, and one that is null is removed')
      .meta({ examples: [{ rack: 'a', old: null }] }),
    advertiseAddress: z
      .ipv4()
      .optional()
      .describe('the address that the other nodes reach it at; default: `address`, or its only one')
      .meta({ examples: ['10.0.0.11'] }),
  })
  .describe('what the host is in the swarm');

export type ClusterSettings = z.output<typeof clusterSettings>;
export type Settings = z.output<typeof hostSettings>;
export interface Facts {
  readonly machine: MachineFacts;
  readonly swarm: SwarmFacts;
  readonly ports: readonly PortFact[] | null;
  readonly firewall: FirewallFacts;
}
export type Swarm = Cluster<ClusterSettings, Settings, Facts>;
export type SwarmMember = ReachedHost<Settings, Facts>;
