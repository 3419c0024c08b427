/** A part of what `provision status` shows. */
export interface StatusTable {
  /** What it is about. */
  readonly title: string;
  /** The heads of the columns. */
  readonly columns: readonly string[];
  /** The cells of each row, in the order of the columns. */
  readonly rows: readonly (readonly string[])[];
  /** What should run, and does not, for people: any makes `provision status` exit 2. */
  readonly down?: readonly string[];
}
