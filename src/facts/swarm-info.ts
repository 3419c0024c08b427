import { z } from 'zod';
import { read } from '../schema/index.ts';

/** `docker info --format '{{json .Swarm}}'`, as far as we read it. On a worker `Cluster` is null. */
const schema = z.object({
  NodeID: z.string(),
  NodeAddr: z.string(),
  LocalNodeState: z.enum(['inactive', 'pending', 'active', 'error', 'locked']),
  ControlAvailable: z.boolean(),
  Error: z.string(),
  Cluster: z
    .object({
      ID: z.string(),
      DefaultAddrPool: z.array(z.string()).nullish(),
      SubnetSize: z.number().nullish(),
      DataPathPort: z.number().nullish(),
    })
    .nullish(),
});

/** What a running engine says of its swarm. */
export interface SwarmInfo {
  /** What the node is in, as Docker says it (`LocalNodeState`). */
  readonly state: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  /** What Docker says is wrong; empty where nothing is. */
  readonly error: string;
  /** The id of this node in the swarm. */
  readonly nodeId: string | undefined;
  /** The address that the other nodes reach this one at. */
  readonly nodeAddress: string | undefined;
  /** Whether this node is a manager. It may be one without a quorum. */
  readonly control: boolean;
  /** The id of the swarm. Only managers know it. */
  readonly clusterId: string | undefined;
  /** Ranges that overlay networks get their subnets from. Only managers know them. */
  readonly addressPools: readonly string[];
  /** The prefix length of a subnet out of these. Only managers know it. */
  readonly subnetSize: number | undefined;
  /** The UDP port of VXLAN. Only managers know it. */
  readonly dataPathPort: number | undefined;
}

/** @throws Error where docker answers in a way that we do not know. */
export function readSwarmInfo(json: string): SwarmInfo {
  const info = read(schema, JSON.parse(json));
  return {
    state: info.LocalNodeState,
    error: info.Error,
    nodeId: info.NodeID || undefined,
    nodeAddress: info.NodeAddr || undefined,
    control: info.ControlAvailable,
    clusterId: info.Cluster?.ID || undefined,
    addressPools: info.Cluster?.DefaultAddrPool ?? [],
    subnetSize: info.Cluster?.SubnetSize || undefined,
    dataPathPort: info.Cluster?.DataPathPort || undefined,
  };
}
