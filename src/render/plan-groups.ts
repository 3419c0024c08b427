import type { Plan, PlanItem, PlanStage } from '../engine/index.ts';

/** Hosts of which a stage would do the same. */
export interface PlanGroup {
  readonly playbook: string;
  readonly stage: string;
  readonly hosts: readonly string[];
  readonly exact: boolean;
  readonly items: readonly PlanItem[];
}

/** Stages in the order in which a run goes; in each, what reads the same on several hosts is told once. */
export function planGroups({ stages, hosts }: Plan, text: (item: PlanItem) => string): readonly PlanGroup[] {
  const names = [...new Set(stages.map(({ playbook, stage }) => `${playbook}/${stage}`))];
  const order = hosts.map(({ name }) => name);
  return names.flatMap((name) => {
    const all = stages.filter(({ playbook, stage }) => `${playbook}/${stage}` === name);
    return grouped(
      all.toSorted((a, b) => order.indexOf(a.host) - order.indexOf(b.host)),
      text,
    );
  });
}

function grouped(stages: readonly PlanStage[], text: (item: PlanItem) => string): readonly PlanGroup[] {
  const items = stages.flatMap(({ host, exact, items: all }) => all.map((item) => ({ host, exact, item })));
  const same = new Map<string, { exact: boolean; item: PlanItem; hosts: string[] }>();
  for (const { host, exact, item } of items) {
    const what = JSON.stringify([exact, text(item)]);
    const found = same.get(what);
    if (found === undefined) same.set(what, { exact, item, hosts: [host] });
    else found.hosts.push(host);
  }
  const groups = new Map<string, { exact: boolean; hosts: readonly string[]; items: PlanItem[] }>();
  for (const { exact, item, hosts } of same.values()) {
    const key = JSON.stringify([exact, hosts]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { exact, hosts, items: [item] });
    else group.items.push(item);
  }
  const [first] = stages;
  if (first === undefined) return [];
  return [...groups.values()].map((group) => ({ playbook: first.playbook, stage: first.stage, ...group }));
}

export const placesText = (hosts: readonly string[], all: number): string =>
  hosts.length > 1 && hosts.length === all ? 'all hosts' : hosts.join(', ');
