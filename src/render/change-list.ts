import type { Change } from '../resource/index.ts';
import { valueText } from './change-text.ts';
import { underCommonWords } from './common-words.ts';

/** Characters of a value in a list. */
const SHORT = 44;
/** Characters that a title more costs, about: its line, and the ends of the lines below it. */
const TITLE = 150;
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
 * Fields whose names begin with the same words are told by the words that differ. What is the same of several subjects is told once for
 * them, where that is shorter. Values are shortened; `--diff` and JSON have them whole.
 */
export function changeLists(changes: readonly Change[]): readonly ChangeList[] {
  if (!haveSubjects(changes)) return [{ subjects: [], ...lists(changes) }];
  const together = new Map<string, Shared>();
  for (const one of shared(changes)) {
    const key = one.subjects.join(' ');
    const before = together.get(key)?.changes ?? [];
    together.set(key, { subjects: one.subjects, changes: [...before, ...one.changes] });
  }
  const sets = [...together.values()];
  const apart = sets.filter((set) => !isShorter(set));
  const own = (subject: string) =>
    apart.flatMap((set) => (set.subjects.includes(subject) ? set.changes : []));
  const order = [...new Set(changes.map(({ field }) => subjectOf(field)))];
  return [
    ...sets.filter(isShorter).toSorted((one, other) => other.subjects.length - one.subjects.length),
    ...order.map((subject) => ({ subjects: [subject], changes: own(subject) })),
  ]
    .filter((one) => one.changes.length > 0)
    .map((one) => ({ subjects: one.subjects, ...lists(one.changes) }));
}

interface Shared {
  readonly subjects: readonly string[];
  readonly changes: readonly Change[];
}

const subjectOf = (field: string) => field.slice(0, field.indexOf(' '));

/** Each change without its subject, and the subjects that have it. */
function shared(changes: readonly Change[]): readonly Shared[] {
  const found = new Map<string, Shared>();
  for (const change of changes) {
    const subject = subjectOf(change.field);
    const own = { ...change, field: change.field.slice(subject.length + 1) };
    const key = JSON.stringify(own);
    found.set(key, { subjects: [...(found.get(key)?.subjects ?? []), subject], changes: [own] });
  }
  return [...found.values()];
}

/** Whether a title of its own costs less than to tell it of each. */
function isShorter({ subjects, changes }: Shared): boolean {
  const { made, gone, changed } = lists(changes);
  const length = [...made, ...gone, ...changed].join('; ').length;
  return (subjects.length - 1) * length > TITLE;
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

function named(changes: readonly Change[], value: (change: Change) => string): readonly string[] {
  return underCommonWords(changes, ({ field }) => field, value);
}
