import type { Plan, PlanItem, PlanStage } from '../engine/index.ts';
import type { Change } from '../resource/index.ts';
import { isText } from './change-text.ts';
import { placesText } from './plan-groups.ts';
import { fromTo, nameOf } from './plan-items.ts';
import type { Style } from './style.ts';

/** A host that lacks as many things that another host has is told as one that becomes like it. */
const MANY = 8;

/** Whether it can be named without its values: another host has it, and nothing that is a text here changes. */
const isLikeOthers = ({ elsewhere, changes }: PlanItem) =>
  elsewhere &&
  !changes.some(({ from, to }) => to === null || (from !== null && (isText(from) || isText(to))));

/** Hosts that get much of what others have already, and what is left of the plan beside that. */
export function withoutJoiners(plan: Plan): { readonly joiners: readonly PlanStage[]; readonly rest: Plan } {
  const like = (stage: PlanStage) => stage.items.filter(isLikeOthers);
  const counts = new Map<string, number>();
  for (const stage of plan.stages) counts.set(stage.host, (counts.get(stage.host) ?? 0) + like(stage).length);
  const joins = ({ host }: PlanStage) => (counts.get(host) ?? 0) >= MANY;
  const stages = plan.stages.map((stage) =>
    joins(stage) ? { ...stage, items: stage.items.filter((item) => !isLikeOthers(item)) } : stage,
  );
  return {
    joiners: plan.stages.filter(joins).map((stage) => ({ ...stage, items: like(stage) })),
    rest: { ...plan, stages: stages.filter(({ items }) => items.length > 0) },
  };
}

/** What they get, each kind once; of what is there and changes the old and the new value. */
export function joinersText(joiners: readonly PlanStage[], plan: Plan, c: Style): readonly string[] {
  const byText = new Map<string, string[]>();
  for (const host of new Set(joiners.map((stage) => stage.host))) {
    const items = joiners.filter((stage) => stage.host === host).flatMap((stage) => stage.items);
    const text = named(items);
    byText.set(text, [...(byText.get(text) ?? []), host]);
  }
  return [...byText].flatMap(([text, hosts]) => [
    c.fold(
      `${c.bold(placesText(hosts, plan.hosts.length))} ${hosts.length === 1 ? 'gets' : 'get'} what other hosts have already${c.dim(', at most')}`,
    ),
    `  ${c.fold(`${c.green('+')} ${text}`, 4)}`,
  ]);
}

function named(items: readonly PlanItem[]): string {
  const unknown = items.filter((item) => item.unknown !== undefined);
  return [
    byKind(items.filter((item) => item.unknown === undefined)),
    ...(unknown.length === 0 ? [] : [`not known yet: ${byKind(unknown)}`]),
  ].join('; ');
}

function byKind(items: readonly PlanItem[]): string {
  const kinds = new Map<string, string[]>();
  for (const item of items) kinds.set(item.kind, [...(kinds.get(item.kind) ?? []), told(item)]);
  return [...kinds].map(([kind, names]) => `${kind} ${names.join(', ')}`).join('; ');
}

function told(item: PlanItem): string {
  // What it gets that others do not have, and what was there before.
  const own = item.changes.filter(({ from }) => from !== null || item.elsewhere === 'other');
  if (own.length === 0) return nameOf(item);
  return `${item.key} (${own.map(valued).join(', ')})`;
}

/** What becomes so is told by its name. */
const valued = (change: Change) =>
  change.from === false && change.to === true ? change.field : `${change.field} ${fromTo(change)}`;
