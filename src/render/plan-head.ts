import type { Plan, PlanItem } from '../engine/index.ts';
import { placesText } from './plan-groups.ts';
import type { Style } from './style.ts';

/** What a person has to know before anything else: what cannot be undone, what goes, what stops, what cannot be told yet. */
export function planHead(plan: Plan, c: Style): readonly string[] {
  const told: readonly (readonly [string, string])[] = [
    [c.red('Cannot be undone:'), lasting(plan, true).join('; ')],
    [c.red('Cannot be undone where it is new:'), lasting(plan, false).join('; ')],
    [c.red('Removes:'), removed(plan).join('; ')],
    [c.yellow('Stops:'), stopped(plan).join('; ')],
    [c.magenta('Not known yet:'), unknown(plan)],
  ];
  return told.filter(([, what]) => what !== '').map(([title, what]) => c.fold(`${title} ${what}.`));
}

interface Seen {
  readonly host: string;
  readonly rolling: boolean;
  readonly item: PlanItem;
}

const seenIn = ({ stages }: Plan): readonly Seen[] =>
  stages.flatMap(({ host, rolling, items }) => items.map((item) => ({ host, rolling, item })));

/** Where each of these is, told once for all hosts that have it. */
function onHosts(plan: Plan, of: (seen: Seen) => readonly string[]): readonly string[] {
  const found = new Map<string, string[]>();
  for (const seen of seenIn(plan))
    for (const what of of(seen)) {
      const hosts = found.get(what) ?? [];
      if (!hosts.includes(seen.host)) found.set(what, [...hosts, seen.host]);
    }
  return [...found].map(([what, hosts]) => `${what} on ${placesText(hosts, plan.hosts.length)}`);
}

/** What no run takes back is about the whole cluster, or names its host. */
const lasting = (plan: Plan, known: boolean) => [
  ...new Set(
    seenIn(plan).flatMap(({ item }) => ((item.unknown === undefined) === known ? item.lasting : [])),
  ),
];

const removed = (plan: Plan) =>
  onHosts(plan, ({ item: { kind, key, changes } }) =>
    changes.length > 0 && changes.every(({ to }) => to === null) ? [`${kind} ${key}`] : [],
  );

/** What people and programs will notice while it runs. */
function stopped(plan: Plan): readonly string[] {
  const found = new Map<
    string,
    { name: string; pause: string | undefined; rolling: boolean; hosts: Set<string> }
  >();
  for (const { host, rolling, item } of seenIn(plan))
    for (const { name, here, pause } of item.restarts) {
      const key = JSON.stringify([name, pause, here && rolling]);
      const at = found.get(key) ?? { name, pause, rolling: here && rolling, hosts: new Set() };
      found.set(key, at);
      if (here) at.hosts.add(host);
    }
  return [...found.values()].map(({ name, pause, rolling, hosts }) => {
    const where = hosts.size === 0 ? '' : ` on ${placesText([...hosts], plan.hosts.length)}`;
    const turns = rolling && hosts.size > 1 ? ', one host after the other' : '';
    return `${name}${where}${turns}${pause === undefined ? '' : ` (${pause})`}`;
  });
}

/** Reasons that are told here; each thing has its own below. */
const REASONS = 3;

function unknown(plan: Plan): string {
  const counts = new Map<string, number>();
  for (const { item } of seenIn(plan))
    if (item.unknown !== undefined) counts.set(item.unknown, (counts.get(item.unknown) ?? 0) + 1);
  const number = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (number === 0) return '';
  // A host that joins is told in one sentence, which has no room for reasons.
  const joining = new Set(
    seenIn(plan).map(({ item }) => (item.elsewhere === false ? undefined : item.unknown)),
  );
  const reasons = [...counts].toSorted(([, a], [, b]) => b - a).map(([reason]) => reason);
  const told = reasons.filter((reason, index) => index < REASONS || joining.has(reason));
  const rest = reasons.length > told.length ? '; the others are below' : '';
  const things = number === 1 ? '1 thing, marked with ?, is' : `${number} things, marked with ?, are`;
  return `${things} told once the stages before have run (${told.join('; ')}${rest})`;
}
