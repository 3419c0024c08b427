import { type AskedStage, type Cluster, isReached, type Playbook } from '../playbook/index.ts';
import type { Resource } from '../resource/index.ts';

/** A stage with its resources for every host that is reached. */
export interface BuiltStage {
  readonly playbook: Playbook;
  readonly stage: AskedStage;
  readonly cluster: Cluster<unknown, unknown, unknown>;
  readonly resources: ReadonlyMap<string, readonly Resource[]>;
}

/** Whether a host has its turn in this stage only when the one before it is back. */
export function isRolled({ stage, cluster }: BuiltStage, name: string): boolean {
  const { rolling } = stage;
  const host = cluster.hosts.filter(isReached).find((one) => one.name === name);
  if (rolling === undefined || host === undefined) return false;
  return !(rolling.apart?.(host, cluster) ?? false);
}

/** Stages that follow each other, by their numbers, the last one included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const ALL_STAGES: Span = { from: 0, to: Number.POSITIVE_INFINITY };

/** Of all stages those of a span. */
export function stagesIn(built: readonly BuiltStage[], { from, to }: Span): readonly BuiltStage[] {
  return built.slice(from, to + 1);
}

/** What is wanted of a host in these stages. */
export function resourcesOn(host: string, stages: readonly BuiltStage[]): readonly Resource[] {
  return stages.flatMap(({ resources }) => resources.get(host) ?? []);
}
