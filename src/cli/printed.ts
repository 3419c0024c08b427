import type { StatusTable } from '../playbook/index.ts';

/** What verbs print for programs (`--output json`) beside the events of a run: one object a line. */
export type Printed =
  /** Of `facts`: what is known of a host. */
  | {
      readonly kind: 'facts';
      /** The host, by its name in the inventory. */
      readonly host: string;
      /** All facts by their names; `null` where the host was not reached. */
      readonly facts: Readonly<Record<string, unknown>> | null;
    }
  /** Of `status`: what runs where. */
  | {
      readonly kind: 'status';
      /** What people are shown, in the same order. */
      readonly tables: readonly StatusTable[];
    }
  /** Of `dns`: the records to publish. */
  | {
      readonly kind: 'dns';
      /** The text of a zone file. */
      readonly zone: string;
    }
  /** Of `remove-stack`: the stack has been removed. */
  | {
      readonly kind: 'removed';
      /** What is gone, in words. */
      readonly goes: readonly string[];
      /** What has stayed, in words. */
      readonly stays: readonly string[];
    };

export const printedJson = (printed: Printed): string => `${JSON.stringify(printed)}\n`;
