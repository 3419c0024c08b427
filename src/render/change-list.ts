import type { Change } from '../resource/index.ts';
import { valueText } from './change-text.ts';

/** Characters of a value in a list. */
const SHORT = 44;
const shortValue = (value: Change['to']) => valueText(value, SHORT);

/** Many changes of one resource, put together so that each is named once. */
export interface ChangeList {
  /** What they are about, where their names begin with it: the services of a stack. */
  readonly subjects: readonly string[];
  readonly made: readonly string[];
  readonly gone: readonly string[];
  readonly changed: readonly string[];
}

/**
 * Fields whose names begin with the same words are told by the words that differ, and what is the same of all subjects is told once. Values are shortened; `--diff` and JSON have them whole.
 */
export function changeLists(changes: readonly Change[]): readonly ChangeList[] {
  if (!haveSubjects(changes)) return [{ subjects: [], ...lists(changes) }];
  const parts = changes.map((change) => {
    const [subject = '', ...rest] = change.field.split(' ');
    return { subject, change: { ...change, field: rest.join(' ') } };
  });
  const subjects = [...new Set(parts.map(({ subject }) => subject))];
  const what = ({ field, from, to }: Change) => JSON.stringify([field, from, to]);
  const having = (change: Change) => parts.filter((part) => what(part.change) === what(change)).length;
  const common = parts.filter(
    ({ subject, change }) =>
      subject === subjects[0] && subjects.length > 1 && having(change) === subjects.length,
  );
  const own = (one: string) =>
    parts.filter(
      ({ subject, change }) => subject === one && !common.some((each) => what(each.change) === what(change)),
    );
  return [
    { subjects, parts: common },
    ...subjects.map((subject) => ({ subjects: [subject], parts: own(subject) })),
  ]
    .filter(({ parts: all }) => all.length > 0)
    .map(({ subjects: about, parts: all }) => ({
      subjects: about,
      ...lists(all.map(({ change }) => change)),
    }));
}

function lists(changes: readonly Change[]): Omit<ChangeList, 'subjects'> {
  return {
    made: named(
      changes.filter(({ from }) => from === null),
      ({ to }) => `: ${shortValue(to)}`,
    ),
    gone: named(
      changes.filter(({ to }) => to === null),
      () => '',
    ),
    changed: named(
      changes.filter(({ from, to }) => from !== null && to !== null),
      ({ from, to }) => `: ${shortValue(from)} → ${shortValue(to)}`,
    ),
  };
}

/** Whether the first word of each field is what it is about: some of these words are in several fields, and all have more after it. */
function haveSubjects(changes: readonly Change[]): boolean {
  const first = changes.map(({ field }) => field.split(' '));
  return first.every((words) => words.length > 1) && new Set(first.map(([word]) => word)).size < first.length;
}

/** `environment A: 1, B: 2; update monitor: 10s`. */
function named(changes: readonly Change[], value: (change: Change) => string): readonly string[] {
  const byPrefix = new Map<string, string[]>();
  for (const change of changes) {
    const words = change.field.split(' ');
    const prefix = words.slice(0, -1).join(' ');
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), `${words.at(-1)}${value(change)}`]);
  }
  return [...byPrefix].map(([prefix, names]) => `${prefix === '' ? '' : `${prefix} `}${names.join(', ')}`);
}
