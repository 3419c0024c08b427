import type { Shown } from '../../resource/index.ts';

/**
 * A service as single fields with names for people: `image`, `environment LOG_LEVEL`, `port 25/tcp`. What is wanted
 * and what is there are brought into this one form, so that their difference is the plan.
 */
export type Fields = ReadonlyMap<string, Shown>;

/** Kinds of fields of which a service has any number. One that is there and not wanted is a difference. */
export const SETS = [
  'environment',
  'mount',
  'secret',
  'config',
  'network',
  'port',
  'log option',
  'label',
  'container label',
  'constraint',
  'capability',
] as const;
export type SetKind = (typeof SETS)[number];

export class FieldList {
  readonly #fields = new Map<string, Shown>();

  /** A field of its own. What is not said is not compared. */
  one(name: string, value: Shown | undefined): void {
    if (value !== undefined) this.#fields.set(name, value);
  }

  /** One of any number. */
  of(kind: SetKind, name: string, value: Shown): void {
    this.#fields.set(`${kind} ${name}`, value);
  }

  get fields(): Fields {
    return this.#fields;
  }
}

const isOfSet = (name: string) => SETS.some((kind) => name.startsWith(`${kind} `));

/** Names that differ, sorted: those wanted that are not so, and members of sets that nobody wants. */
export function differing(wanted: Fields, have: Fields): readonly string[] {
  const extra = [...have.keys()].filter((name) => isOfSet(name) && !wanted.has(name));
  const other = [...wanted]
    .filter(([name, value]) => (have.get(name) ?? null) !== value)
    .map(([name]) => name);
  return [...other, ...extra].toSorted();
}
