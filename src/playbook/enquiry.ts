import {
  callerOf,
  checkDefinition,
  type Output,
  PROBE,
  type Probe,
  ProbeError,
  Unobservable,
} from '../resource/index.ts';
import type { Script } from '../shell/index.ts';

/** What a host said to a question, or why it said nothing of use. */
export type Answer<A> = { readonly value: A } | { readonly unknown: string };

/** A question that a person asks by a verb, and what is made of the answers. A run never asks it. */
export interface Enquiry<T> {
  readonly hosts: readonly string[];
  readonly script: Script;
  /** `outputs` has no entry for a host that was not reached. */
  read(outputs: ReadonlyMap<string, Output>): T;
}

export function isEnquiry<T>(part: unknown): part is Enquiry<T> {
  return typeof part === 'object' && part !== null && 'read' in part;
}

/** Asks `hosts` the same; `read` gets the answer of each that was reached. */
export function enquire<A, T>(
  hosts: readonly string[],
  probe: Probe<A>,
  read: (answers: ReadonlyMap<string, Answer<A>>) => T,
): Enquiry<T> {
  checkDefinition('enquire: the probe', probe, PROBE, callerOf(enquire));
  return {
    hosts,
    script: probe.script,
    read: (outputs) => read(new Map([...outputs].map(([host, output]) => [host, answerOf(probe, output)]))),
  };
}

function answerOf<A>(probe: Probe<A>, output: Output): Answer<A> {
  try {
    const value = probe.parse(output);
    return value instanceof Unobservable ? { unknown: value.reason } : { value };
  } catch (error) {
    if (error instanceof ProbeError) return { unknown: error.message };
    throw error;
  }
}
