import { deepStrictEqual } from 'node:assert';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve as absolute, join } from 'node:path';
import { stringify } from 'yaml';
import { ConfigError } from '../errors/index.ts';
import type { Resource } from '../resource/index.ts';
import { type CaseFile, readCase } from './case-file.ts';
import { type Outcome, type OutcomeOptions, outcomeOf } from './outcome.ts';

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
 *
 * @throws Error where there are none; ConfigError with every mistake in the files.
 */
export function casesOf(
  folder: string,
  make: (want: never) => Resource,
  { resolve, shown = (probe) => probe }: CaseOptions = {},
): readonly Case[] {
  const read = filesIn(absolute(folder)).map((name) => {
    const path = join(folder, name);
    return { name, path, ...readCase(readFileSync(path, 'utf8'), path) };
  });
  const problems = read.flatMap((each) => ('problems' in each ? each.problems : []));
  if (problems.length > 0) throw new ConfigError(problems);
  return read.flatMap((each): readonly Case[] => {
    if ('problems' in each) return [];
    const { name, path, recorded } = each;
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
    return [{ name, recorded, run }];
  });
}

/** The files of cases, by their names. Where there are none no test would run, and none would fail. */
function filesIn(folder: string): readonly string[] {
  const there = statSync(folder, { throwIfNoEntry: false });
  if (there === undefined) throw new Error(`there is no folder ${folder}, so there are no cases`);
  if (!there.isDirectory()) throw new Error(`${folder} is no folder, so there are no cases`);
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  if (names.length === 0) throw new Error(`${folder} has no cases: no file in it ends in .yaml`);
  return names.toSorted();
}
