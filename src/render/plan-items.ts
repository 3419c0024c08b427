import type { PlanItem } from '../engine/index.ts';
import type { Change } from '../resource/index.ts';
import { changeLists } from './change-list.ts';
import { changeText, isText, symbol, valueText } from './change-text.ts';
import { underCommonWords } from './common-words.ts';
import { listChange } from './list-change.ts';
import type { CommonItem } from './plan-groups.ts';
import type { Style } from './style.ts';

/** A resource with more changes than these has them in a list. */
const APART = 6;

/** Whether a sentence tells it: it has few changes, and no text that changes. */
const isShort = ({ changes }: PlanItem) =>
  changes.length > 0 &&
  changes.length <= APART &&
  !changes.some(({ from, to }) => from !== null && to !== null && (isText(from) || isText(to)));

/** Equal for what is told together where several hosts have it: a sentence may tell a value for each host. */
export const sameOn =
  (c: Style, diff: boolean) =>
  (item: PlanItem): string =>
    item.unknown === undefined && !diff && isShort(item)
      ? JSON.stringify([item.kind, item.key, symbol(item.changes, c), item.changes.map(({ field }) => field)])
      : JSON.stringify([item.kind, item.key, item.changes, item.unknown]);

/** Resources of a stage, those that a sentence tells first. */
export function itemsText(items: readonly CommonItem[], c: Style, diff: boolean): readonly string[] {
  const known = items.filter(({ unknown }) => unknown === undefined);
  const short = diff ? [] : known.filter(isShort);
  return [
    ...shortText(short, c),
    ...known.filter((item) => !short.includes(item)).flatMap((item) => itemText(item, c, diff)),
    ...unknownText(items, c),
  ];
}

/** Things of a kind that are changed alike, in a sentence. Of new texts each has its own size; of all else they have the same. */
function shortText(items: readonly CommonItem[], c: Style): readonly string[] {
  const told = items.map((item) => {
    const isOfTexts = [...item.byHost.values()].flat().every(({ from, to }) => from === null && isText(to));
    const what = [...item.byHost.values()].flat().every(isInstalled) ? '' : sentence(item);
    return {
      item,
      name: isOfTexts ? `${item.key} (${what})` : what === '' ? nameOf(item) : item.key,
      alike: isOfTexts || what === '' ? '' : `: ${what}`,
    };
  });
  const groups = new Map<string, (typeof told)[number][]>();
  for (const one of told) {
    const key = JSON.stringify([one.item.kind, symbol(one.item.changes, c), one.alike]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const names = all.map(({ name }) => name).join(', ');
    return indented(`${symbol(first.item.changes, c)} ${first.item.kind} ${names}${first.alike}`, 2, c);
  });
}

const isInstalled = ({ from, to }: Change) => from === null && to === 'installed';

/** Its key; of packages that are to be installed, those that are not there. */
export const nameOf = ({ kind, key, changes }: PlanItem): string =>
  kind === 'packages' && changes.length > 0 && changes.every(isInstalled)
    ? changes.map(({ field }) => field).join(', ')
    : key;

/** `log-driver json-file; unbound, dnssec-triggerd active`: fields with the same value are told together, and a value for each host where they differ. */
function sentence({ kind, key, changes, byHost }: CommonItem): string {
  const [only, ...more] = changes;
  const named = more.length > 0 || (only !== undefined && !isSaidBy(kind, key, only));
  const byValue = new Map<string, string[]>();
  changes.forEach((change, index) => {
    const value = valueOnHosts([...byHost].map(([host, all]) => [host, all[index] ?? change] as const));
    byValue.set(value, [...(byValue.get(value) ?? []), change.field]);
  });
  return [...byValue].map(([value, fields]) => (named ? `${fields.join(', ')} ${value}` : value)).join('; ');
}

function valueOnHosts(all: readonly (readonly [string, Change])[]): string {
  const values = new Map<string, { readonly text: string; readonly hosts: string[] }>();
  for (const [host, change] of all) {
    // Of texts the size is told, and it may be the same.
    const key =
      change.from === null && isText(change.to) ? fromTo(change) : JSON.stringify([change.from, change.to]);
    const value = values.get(key) ?? { text: fromTo(change), hosts: [] };
    values.set(key, value);
    value.hosts.push(host);
  }
  const [first, ...others] = [...values.values()];
  if (first !== undefined && others.length === 0) return first.text;
  return [...values.values()].map(({ text, hosts }) => `${text} (${hosts.join(', ')})`).join(', ');
}

export const fromTo = ({ from, to }: Change): string =>
  from === null ? valueText(to) : (listChange(from, to) ?? `${valueText(from)} → ${valueText(to)}`);

/** Of what is new, whether its kind or key name the field already: `directory`, `content` of a file, a package. */
export const isSaidBy = (kind: string, key: string, { field, from }: Change): boolean =>
  from === null && [...kind.split('-'), ...key.split(' '), 'content'].includes(field);

function itemText({ kind, key, changes }: PlanItem, c: Style, diff: boolean): readonly string[] {
  const texts = changes.filter(({ from, to }) => isText(from) || isText(to));
  const plain = changes.filter((change) => !texts.includes(change));
  const lines =
    diff || plain.length <= APART
      ? changes.flatMap((change) => changeText(change, c, diff)).map((line) => `      ${line}`)
      : [
          ...texts.flatMap((change) => changeText(change, c, diff)).map((line) => `      ${line}`),
          ...changeLists(plain).flatMap(({ subjects, made, gone, changed }) => {
            const at = subjects.length === 0 ? 4 : 6;
            const list = (sign: string, all: readonly string[]) =>
              all.length === 0 ? [] : [indented(`${sign} ${all.join('; ')}`, at, c)];
            return [
              ...(subjects.length === 0 ? [] : [indented(subjects.join(', '), 4, c)]),
              ...list(c.green('+'), made),
              ...list(c.red('-'), gone),
              ...list(c.yellow('~'), changed),
            ];
          }),
        ];
  return [`  ${symbol(changes, c)} ${kind} ${key}`, ...lines];
}

/** What has the same reason is told together, each kind once. */
function unknownText(items: readonly PlanItem[], c: Style): readonly string[] {
  const byReason = new Map<string, Map<string, string[]>>();
  for (const { kind, key, unknown } of items) {
    if (unknown === undefined) continue;
    const kinds = byReason.get(unknown) ?? new Map<string, string[]>();
    byReason.set(unknown, kinds);
    kinds.set(kind, [...(kinds.get(kind) ?? []), key]);
  }
  return [...byReason].map(([reason, kinds]) => {
    const names = [...kinds].map(
      ([kind, keys]) => `${kind} ${underCommonWords(keys, (key) => key).join(', ')}`,
    );
    return indented(`${c.magenta('?')} ${names.join('; ')} (${reason})`, 2, c);
  });
}

/** Folded where the terminal ends, the next lines further in. */
const indented = (text: string, by: number, c: Style) => `${' '.repeat(by)}${c.fold(text, by + 2)}`;
