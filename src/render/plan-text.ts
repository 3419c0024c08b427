import { countChanges, type Plan, type PlanItem } from '../engine/index.ts';
import { changeLists } from './change-list.ts';
import { changeText, isText, symbol, valueText } from './change-text.ts';
import { cleaned } from './clean.ts';
import { type PlanGroup, placesText, planGroups } from './plan-groups.ts';
import { planHead } from './plan-head.ts';
import type { Style } from './style.ts';

/** A resource with more changes than these has them in a list. */
const APART = 6;

export interface PlanTextOptions {
  /** Every text and value whole, new files too. */
  readonly diff: boolean;
}

/** A plan to be read: in the order in which a run goes, what several hosts have in common told once. */
export function planText(made: Plan, c: Style, { diff }: PlanTextOptions = { diff: false }): string {
  const plan = { ...made, stages: cleaned(made.stages) };
  const groups = planGroups(plan, (item) => itemText(item, c, diff).join('\n') + (item.unknown ?? ''));
  const lines = groups.flatMap((group, index) => {
    const { playbook, stage } = groups[index - 1] ?? {};
    const header =
      playbook === group.playbook && stage === group.stage
        ? []
        : [c.bold(`${group.playbook}/${group.stage}`)];
    return [...header, ...groupText(group, plan, c, diff)];
  });
  const bound = groups.some(({ exact }) => !exact)
    ? [c.fold('What is "at most" is known exactly once the stages before it have run.')]
    : [];
  const head = planHead(plan, c);
  return [
    ...head,
    ...(head.length > 0 ? [''] : []),
    ...lines,
    ...(lines.length > 0 ? [''] : []),
    ...bound,
    planSummary(plan, c),
  ].join('\n');
}

function groupText(group: PlanGroup, plan: Plan, c: Style, diff: boolean): readonly string[] {
  const { hosts, exact, items } = group;
  const where = placesText(hosts, plan.hosts.length);
  const known = items.filter(({ unknown }) => unknown === undefined);
  const made = diff ? [] : known.filter(isShort);
  return [
    `  ${where}${exact ? '' : c.dim(', at most')}`,
    ...shortText(made, c),
    ...known.filter((item) => !made.includes(item)).flatMap((item) => itemText(item, c, diff)),
    ...unknownText(
      items.filter(({ unknown }) => unknown !== undefined),
      c,
    ),
  ];
}

/** Something new that is told in a line. */
const isShort = ({ changes }: PlanItem) =>
  changes.length <= APART && changes.every(({ from }) => from === null) && changes.length > 0;

/** New things of a kind that are made alike, in a sentence. Of texts each has its own size; of all else they have the same. */
function shortText(items: readonly PlanItem[], c: Style): readonly string[] {
  const told = items.map((item) => {
    const isOfTexts = item.changes.every(({ to }) => isText(to));
    const what = madeText(item);
    return {
      item,
      name: isOfTexts ? `${item.key} (${what})` : item.key,
      alike: isOfTexts ? '' : `: ${what}`,
    };
  });
  const groups = new Map<string, (typeof told)[number][]>();
  for (const one of told) {
    const key = JSON.stringify([one.item.kind, one.alike]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const names = all.map(({ name }) => name).join(', ');
    return indented(`${symbol(first.item.changes, c)} ${first.item.kind} ${names}${first.alike}`, 4, c);
  });
}

const madeText = ({ changes }: PlanItem) =>
  changes.length === 1
    ? valueText(changes[0]?.to ?? null)
    : changes.map(({ field, to }) => `${field} ${valueText(to)}`).join(', ');

function itemText({ kind, key, changes }: PlanItem, c: Style, diff: boolean): readonly string[] {
  const texts = changes.filter(({ from, to }) => isText(from) || isText(to));
  const plain = changes.filter((change) => !texts.includes(change));
  const lines =
    diff || plain.length <= APART
      ? changes.flatMap((change) => changeText(change, c, diff)).map((line) => `        ${line}`)
      : [
          ...texts.flatMap((change) => changeText(change, c, diff)).map((line) => `        ${line}`),
          ...changeLists(plain).flatMap(({ subjects, made, gone, changed }) => {
            const at = subjects.length === 0 ? 6 : 8;
            const list = (sign: string, all: readonly string[]) =>
              all.length === 0 ? [] : [indented(`${sign} ${all.join('; ')}`, at, c)];
            return [
              ...(subjects.length === 0 ? [] : [indented(subjects.join(', '), 6, c)]),
              ...list(c.green('+'), made),
              ...list(c.red('-'), gone),
              ...list(c.yellow('~'), changed),
            ];
          }),
        ];
  return [`    ${symbol(changes, c)} ${kind} ${key}`, ...lines];
}

/** What has the same reason is told together. */
function unknownText(items: readonly PlanItem[], c: Style): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { kind, key, unknown = '' } of items)
    byReason.set(unknown, [...(byReason.get(unknown) ?? []), `${kind} ${key}`]);
  return [...byReason].map(([reason, names]) =>
    indented(`${c.magenta('?')} ${names.join(', ')}: not known yet, ${reason}`, 4, c),
  );
}

/** Folded where the terminal ends, the next lines further in. */
const indented = (sentence: string, by: number, c: Style) => `${' '.repeat(by)}${c.fold(sentence, by + 2)}`;

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
