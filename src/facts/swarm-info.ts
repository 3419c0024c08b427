import { z } from 'zod';

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

export interface SwarmInfo {
  readonly state: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  readonly error: string;
  readonly nodeId: string | undefined;
  readonly nodeAddress: string | undefined;
  /** Whether this node is a manager. It may be one without a quorum. */
  readonly control: boolean;
  readonly clusterId: string | undefined;
  readonly addressPools: readonly string[];
  readonly subnetSize: number | undefined;
  readonly dataPathPort: number | undefined;
}

/** @throws ZodError or SyntaxError where docker answers in a way that we do not know. */
export function readSwarmInfo(json: string): SwarmInfo {
  const info = schema.parse(JSON.parse(json));
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
