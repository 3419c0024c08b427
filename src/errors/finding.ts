/** Something that was seen on the hosts before anything was changed. */
export interface Finding {
  /** `refuse` ends the run before it changes anything, or before the playbook does that says so; `warn` is said and the run goes on. */
  readonly level: 'refuse' | 'warn';
  /** Stable, for programs: `two-swarms`. */
  readonly code: string;
  /** The host that it was seen on, where it is one. */
  readonly host?: string;
  /** What was seen, and what follows from it, in words. */
  readonly message: string;
  /** Exact commands, or one sentence where no command can do it. */
  readonly fix: readonly string[];
}
