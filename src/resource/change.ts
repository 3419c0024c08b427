import { MASK } from '../shell/index.ts';

/** A value as a plan shows it. `null` is absence. */
export type Shown = string | number | boolean | null;

/** One difference between what should hold and what holds. What a plan lists, and all that apply may act on. */
export interface Change {
  /** What of the resource it is: `content`, `mode`, `log-opts max-size`. */
  readonly field: string;
  /** What it is now. */
  readonly from: Shown;
  /** What it should be. */
  readonly to: Shown;
}

/** A difference in something that must not be seen: both sides are the mask. */
export function secretChange(field: string): Change {
  return { field, from: MASK, to: MASK };
}

/** The change of one field, or nothing where both sides are equal. */
export function compare(field: string, from: Shown, to: Shown): readonly Change[] {
  return from === to ? [] : [{ field, from, to }];
}
