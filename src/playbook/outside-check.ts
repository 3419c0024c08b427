import type { StatusTable } from './status-table.ts';

/** How long a look from this machine may take, and who is told of it. */
export interface Looking {
  /** Whether what clients only have to wait for is waited for as well. */
  readonly waits: boolean;
  /** Told what is waited for. */
  readonly tell: (host: string, reason: string) => void;
  /** Ends the waits. */
  readonly stop: AbortSignal;
}

/** What was seen of one host from this machine. A playbook may add what programs want to know of it: JSON output has all fields. */
export interface OutsideAnswer {
  /** The host, by its name in the inventory. */
  readonly host: string;
  /** What it answered, for people. */
  readonly table: StatusTable;
  /** What is as it should be, each in a line. */
  readonly good: readonly string[];
  /** What is neither good nor wrong, each in a line. */
  readonly notes: readonly string[];
  /** What is wrong, each in a line. Any makes `provision check` end with 2. */
  readonly problems: readonly string[];
  /** Whether it does harm to others as it is: the command that saw it ends with 5. */
  readonly harmful: boolean;
}

/** A look at what was made from this machine, which has no part in it, as a client would. */
export interface OutsideCheck {
  /** The hosts that are looked at, by their names in the inventory. */
  readonly hosts: readonly string[];
  look(how: Looking): Promise<readonly OutsideAnswer[]>;
}
