import { countChanges, type Plan, type PlanStage } from '../engine/index.ts';
import { cleaned } from './clean.ts';
import { type PlanGroup, placesText, planGroups } from './plan-groups.ts';
import { planHead } from './plan-head.ts';
import { itemsText, sameOn } from './plan-items.ts';
import { joinersText, withoutJoiners } from './plan-joiners.ts';
import type { Style } from './style.ts';

export interface PlanTextOptions {
  /** Every text and value whole, new files too. */
  readonly diff: boolean;
}

/** A plan to be read: what matters most first, then all in the order in which a run goes, what several hosts have in common told once. */
export function planText(made: Plan, c: Style, { diff }: PlanTextOptions = { diff: false }): string {
  const plan = { ...made, stages: cleaned(made.stages).map(inOneLine) };
  const { joiners, rest } = diff ? { joiners: [], rest: plan } : withoutJoiners(plan);
  const groups = planGroups(rest, sameOn(c, diff));
  const head = planHead(plan, c);
  const lines = [
    ...joinersText(joiners, plan, c),
    ...groups.flatMap((group) => [groupTitle(group, plan, c), ...itemsText(group.items, c, diff)]),
  ];
  const bound = plan.stages.some(({ exact }) => !exact)
    ? [c.fold('What is "at most" is known exactly once the stages before it have run.')]
    : [];
  return [
    ...head,
    ...(head.length > 0 ? [''] : []),
    ...lines,
    ...(lines.length > 0 ? [''] : []),
    ...bound,
    planSummary(plan, c),
  ].join('\n');
}

/** Names and reasons in one line each: what a host says must not look like a line of ours. */
function inOneLine(stage: PlanStage): PlanStage {
  const line = (text: string) => text.replaceAll(/\s*\n\s*/g, ' ');
  return {
    ...stage,
    items: stage.items.map((item) => ({
      ...item,
      key: line(item.key),
      changes: item.changes.map((change) => ({ ...change, field: line(change.field) })),
      restarts: item.restarts.map((restart) => ({ ...restart, name: line(restart.name) })),
      lasting: item.lasting.map(line),
      unknown: item.unknown === undefined ? undefined : line(item.unknown),
    })),
  };
}

function groupTitle({ playbook, stage, hosts, exact }: PlanGroup, plan: Plan, c: Style): string {
  const where = placesText(hosts, plan.hosts.length);
  return c.fold(`${c.bold(`${playbook}/${stage}`)} on ${where}${exact ? '' : c.dim(', at most')}`);
}

function planSummary(plan: Plan, c: Style): string {
  const changes = countChanges(plan);
  const unknown = plan.stages
    .flatMap(({ items }) => items)
    .filter((item) => item.unknown !== undefined).length;
  const hosts = new Set(plan.stages.map(({ host }) => host)).size;
  const more = unknown === 0 ? '' : `, and ${count(unknown, 'thing')} not known yet`;
  const failed = new Set(plan.failures.map(({ host }) => host));
  const silent = [...failed].join(', ');
  const rest = silent === '' ? '' : ` What ${silent} would need is not known.`;
  if (changes === 0 && unknown === 0) {
    if (plan.findings.some(({ code }) => code === 'left-out'))
      return c.bold('With this --limit nothing can be changed.');
    if (failed.size === plan.hosts.length) return c.bold('No host could be looked at: there is no plan.');
    return silent === '' ? c.green('No changes.') : `No changes elsewhere.${rest}`;
  }
  return c.bold(`Plan: ${count(changes, 'change')} on ${count(hosts, 'host')}${more}.`) + rest;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
