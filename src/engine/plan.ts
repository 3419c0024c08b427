import type { Finding } from '../errors/index.ts';
import type { Change, Restart } from '../resource/index.ts';

/** A resource that a run would change, or whose state cannot be told yet. */
export interface PlanItem {
  /** The kind of the resource. */
  readonly kind: string;
  /** What tells it from others of its kind on the host: a path, a unit's name. */
  readonly key: string;
  /** Where a playbook asks for it: `docker.ts:31`. */
  readonly origin: string | undefined;
  /** Whether another host has it as it should be: the same, or one of this name of which something else is wanted. */
  readonly elsewhere: 'same' | 'other' | false;
  /** What differs. Empty where that cannot be told yet. */
  readonly changes: readonly Change[];
  /** What they stop for a moment or longer. */
  readonly restarts: readonly Restart[];
  /** What of them no run takes back, each in a clause. Where it cannot be told yet: what that is where nothing of it is there. */
  readonly lasting: readonly string[];
  /** Why it cannot be told yet. What it then needs is known after an earlier stage has run. */
  readonly unknown: string | undefined;
}

/** What a stage would do on a host. */
export interface PlanStage {
  /** The playbook, by its name. */
  readonly playbook: string;
  /** The stage of that playbook, by its name. */
  readonly stage: string;
  /** The host, by its name in the inventory. */
  readonly host: string;
  /** The resources that have work. */
  readonly items: readonly PlanItem[];
  /** Exact up to the host's first stage that changes something; after it an upper bound. */
  readonly exact: boolean;
  /** Whether the host has its turn only when the one before it is back. */
  readonly rolling: boolean;
}

/** A host that could not be looked at. */
export interface HostFailure {
  /** The host, by its name in the inventory. */
  readonly host: string;
  /** What went wrong, as errors are told in JSON. */
  readonly error: unknown;
}

/** The comparison of what should hold with what does. Plain data; nothing has been changed to make it. */
export interface Plan {
  /** The name of the cluster in the inventory. */
  readonly cluster: string;
  /** In the order in which a run goes, without stages in which a host has nothing to do. */
  readonly stages: readonly PlanStage[];
  /** What was seen of the hosts that a person should know. */
  readonly findings: readonly Finding[];
  /** The hosts that could not be looked at, with the reason of each. */
  readonly failures: readonly HostFailure[];
  /** All hosts of the inventory, and those that the run may change. */
  readonly hosts: readonly {
    /** The name of the host in the inventory. */
    readonly name: string;
    /** Whether the run may change it. */
    readonly selected: boolean;
  }[];
}

export function countChanges(plan: Plan): number {
  return plan.stages.flatMap(({ items }) => items).reduce((sum, { changes }) => sum + changes.length, 0);
}

/** Whether a run has something to do, be it only to look again. */
export function hasWork(plan: Plan): boolean {
  return plan.stages.length > 0;
}

export function isRefused(plan: Plan): boolean {
  return plan.findings.some(({ level }) => level === 'refuse');
}

/** Tells a change of a host from every other. */
export const changeKey = (host: string, resource: string, field: string): string =>
  [host, resource, field].join('\n');

/** What a plan shows, for a run that must do no more. */
export function changesOf(plan: Plan): ReadonlySet<string> {
  return new Set(
    plan.stages.flatMap(({ host, items }) =>
      items.flatMap(({ kind, key, changes }) =>
        changes.map(({ field }) => changeKey(host, `${kind} ${key}`, field)),
      ),
    ),
  );
}

/** Whether a plan has a change that another does not have. */
export function hasMore(plan: Plan, shown: Plan): boolean {
  const before = changesOf(shown);
  return [...changesOf(plan)].some((change) => !before.has(change));
}
