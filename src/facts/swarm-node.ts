import { z } from 'zod';
import { read } from '../schema/index.ts';
import { engine } from './engine-api.ts';

/** All nodes as this manager sees them, as JSON. */
export const dockerNodes = engine('/nodes');

/** A node as the Engine API describes it, as far as we read it. */
const schema = z.object({
  ID: z.string(),
  Spec: z.object({
    Labels: z.record(z.string(), z.string()).nullish(),
    Role: z.enum(['manager', 'worker']),
    Availability: z.enum(['active', 'pause', 'drain']),
  }),
  Description: z
    .object({ Hostname: z.string(), Engine: z.object({ EngineVersion: z.string() }).partial() })
    .partial(),
  Status: z.object({ State: z.string(), Addr: z.string().optional() }),
  ManagerStatus: z
    .object({ Leader: z.boolean().optional(), Reachability: z.string(), Addr: z.string().optional() })
    .nullish(),
});

/** A node as the managers know it: their list, not the node's own word. */
export interface SwarmNode {
  /** The id of the node. */
  readonly id: string;
  /** Its host name. */
  readonly hostname: string;
  /** The address that the managers see it at. */
  readonly address: string | undefined;
  /** The version of its engine. */
  readonly engine: string | undefined;
  /** What the node is told to be. It is a manager in fact only where `manager` is there. */
  readonly role: 'manager' | 'worker';
  /** Whether it takes tasks. */
  readonly availability: 'active' | 'pause' | 'drain';
  /** Its labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether the managers hear from it. */
  readonly ready: boolean;
  /** Whether a new leader has not heard from it yet, nor given it up. */
  readonly unheard: boolean;
  /** Where it is a manager: how the others see it. */
  readonly manager:
    | {
        /** Whether it is the leader. */
        readonly leader: boolean;
        /** Whether the other managers reach it. */
        readonly reachable: boolean;
        /** The address and port that they reach it at. */
        readonly address: string;
      }
    | undefined;
}

/** @throws Error where docker answers in a way that we do not know. */
export function readSwarmNodes(json: string): readonly SwarmNode[] {
  return read(z.array(schema), JSON.parse(json)).map(nodeOf);
}

function nodeOf(node: z.output<typeof schema>): SwarmNode {
  const manager = node.ManagerStatus;
  return {
    id: node.ID,
    hostname: node.Description.Hostname ?? '',
    address: node.Status.Addr,
    engine: node.Description.Engine?.EngineVersion,
    role: node.Spec.Role,
    availability: node.Spec.Availability,
    labels: node.Spec.Labels ?? {},
    ready: node.Status.State === 'ready',
    unheard: node.Status.State === 'unknown',
    manager: manager
      ? {
          leader: manager.Leader ?? false,
          reachable: manager.Reachability === 'reachable',
          address: manager.Addr ?? '',
        }
      : undefined,
  };
}
