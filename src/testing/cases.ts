import { deepStrictEqual } from 'node:assert';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Output, Resource } from '../resource/index.ts';
import { type Outcome, type OutcomeOptions, outcomeOf } from './outcome.ts';

/** A file of a case: what is wanted, what a real host printed, and what comes of it, whole. */
export interface CaseFile {
  readonly want: unknown;
  readonly output: Output;
  readonly pending?: readonly string[];
  /** Where it is missing it is written, to be read and kept. */
  readonly expect?: Outcome;
}

export interface Case {
  /** Of the file. */
  readonly name: string;
  readonly recorded: CaseFile;
  /** @throws AssertionError where what comes of it is another thing. */
  run(): void;
}

export interface CaseOptions extends Pick<OutcomeOptions, 'resolve'> {
  /** What is done to the text of a probe before it is compared. Default: nothing. */
  readonly shown?: (probe: string) => string;
}

/**
 * The cases of a kind: the YAML files of a folder. `make` makes a resource of a case's `want`. For any test runner:
 * `for (const { name, run } of casesOf(folder, motd)) test(name, run)`.
 */
export function casesOf(
  folder: string,
  make: (want: never) => Resource,
  { resolve, shown = (probe) => probe }: CaseOptions = {},
): readonly Case[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.toSorted().map((name) => {
    const path = join(folder, name);
    const recorded = parse(readFileSync(path, 'utf8')) as CaseFile;
    const run = () => {
      const { want, output, pending = [] } = recorded;
      const outcome = outcomeOf(make(want as never), output, { pending, ...(resolve && { resolve }) });
      // As a file can have it.
      const found = JSON.parse(JSON.stringify({ ...outcome, probe: shown(outcome.probe) })) as Outcome;
      if (recorded.expect === undefined) {
        writeFileSync(path, stringify({ ...recorded, expect: found }, { lineWidth: 0 }));
        throw new Error(`${name} had no expectation; it has now: read it, and run again`);
      }
      deepStrictEqual(found, recorded.expect);
    };
    return { name, recorded, run };
  });
}
