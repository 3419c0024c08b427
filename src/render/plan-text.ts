import { countChanges, type Plan, type PlanStage } from '../engine/index.ts';
import { changeText, symbol } from './change-text.ts';
import type { Style } from './style.ts';

/** A plan to be read: by host, in the order in which a run goes. */
export function planText(plan: Plan, c: Style): string {
  const lines: string[] = [];
  for (const { name } of plan.hosts) {
    const stages = plan.stages.filter(({ host }) => host === name);
    if (stages.length === 0) continue;
    lines.push(c.bold(name));
    let after: PlanStage | undefined;
    for (const stage of stages) {
      lines.push(...stageText(stage, after, c));
      if (stage.items.some(({ changes }) => changes.length > 0)) after = stage;
    }
    lines.push('');
  }
  return [...lines, ...restarts(plan), planSummary(plan, c)].join('\n');
}

/** What people and programs will notice while it runs. */
function restarts({ stages }: Plan): readonly string[] {
  const found = stages.flatMap(({ host, items }) =>
    items.flatMap(({ restarts: all }) => all.map(({ name, here }) => (here ? `${name} on ${host}` : name))),
  );
  return found.length === 0 ? [] : [`Restarts: ${[...new Set(found)].join(', ')}.`];
}

function stageText(stage: PlanStage, after: PlanStage | undefined, c: Style): readonly string[] {
  const bound = stage.exact ? '' : c.dim(`  at most; exact once ${nameOf(after)} has run`);
  return [
    `  ${c.dim(nameOf(stage))}${bound}`,
    ...stage.items.flatMap(({ kind, key, changes, unknown }) =>
      unknown === undefined
        ? [
            `    ${symbol(changes, c)} ${kind} ${key}`,
            ...changes.flatMap((change) => changeText(change, c)).map((line) => `        ${line}`),
          ]
        : [`    ${c.magenta('?')} ${kind} ${key}`, `        not known yet: ${unknown}`],
    ),
  ];
}

function nameOf(stage: PlanStage | undefined): string {
  return stage === undefined ? 'an earlier stage' : `${stage.playbook}/${stage.stage}`;
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
    if (failed.size === plan.hosts.length) return c.bold('No host could be looked at: there is no plan.');
    return silent === '' ? c.green('No changes.') : `No changes elsewhere.${rest}`;
  }
  return c.bold(`Plan: ${count(changes, 'change')} on ${count(hosts, 'host')}${more}.`) + rest;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
