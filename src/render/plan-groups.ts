import type { Plan, PlanItem, PlanStage } from '../engine/index.ts';
import type { Change } from '../resource/index.ts';

/** A resource that some hosts have in common. */
export interface CommonItem extends PlanItem {
  /** Each host's own changes: the same fields, in the same order. */
  readonly byHost: ReadonlyMap<string, readonly Change[]>;
}

/** Hosts of which a stage would do the same. */
export interface PlanGroup {
  readonly playbook: string;
  readonly stage: string;
  readonly hosts: readonly string[];
  readonly exact: boolean;
  readonly items: readonly CommonItem[];
}

/** Stages in the order in which a run goes; in each, what `same` takes for the same on several hosts is told once. */
export function planGroups({ stages, hosts }: Plan, same: (item: PlanItem) => string): readonly PlanGroup[] {
  const names = [...new Set(stages.map(({ playbook, stage }) => `${playbook}/${stage}`))];
  const order = hosts.map(({ name }) => name);
  return names.flatMap((name) => {
    const all = stages.filter(({ playbook, stage }) => `${playbook}/${stage}` === name);
    return grouped(
      all.toSorted((a, b) => order.indexOf(a.host) - order.indexOf(b.host)),
      same,
    );
  });
}

function grouped(stages: readonly PlanStage[], same: (item: PlanItem) => string): readonly PlanGroup[] {
  const items = stages.flatMap(({ host, exact, items: all }) => all.map((item) => ({ host, exact, item })));
  const common = new Map<
    string,
    { exact: boolean; item: PlanItem; byHost: Map<string, readonly Change[]> }
  >();
  for (const { host, exact, item } of items) {
    const what = JSON.stringify([exact, same(item)]);
    const found = common.get(what) ?? { exact, item, byHost: new Map() };
    common.set(what, found);
    found.byHost.set(host, item.changes);
  }
  const groups = new Map<string, { exact: boolean; hosts: readonly string[]; items: CommonItem[] }>();
  for (const { exact, item, byHost } of common.values()) {
    const hosts = [...byHost.keys()];
    const key = JSON.stringify([exact, hosts]);
    const group = groups.get(key) ?? { exact, hosts, items: [] };
    groups.set(key, group);
    group.items.push({ ...item, byHost });
  }
  const [first] = stages;
  if (first === undefined) return [];
  return [...groups.values()].map((group) => ({ playbook: first.playbook, stage: first.stage, ...group }));
}

export const placesText = (hosts: readonly string[], all: number): string =>
  hosts.length > 1 && hosts.length === all ? 'all hosts' : hosts.join(', ');
