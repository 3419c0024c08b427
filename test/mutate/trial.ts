import { join } from 'node:path';
import { type Ran, run } from './commands.ts';
import type { Copy } from './copy.ts';
import type { ImportGraph } from './graph.ts';
import type { Mutation } from './mutations.ts';

export type Verdict = 'killed' | 'timed out' | 'survived' | 'does not compile';

export interface Trial {
  readonly verdict: Verdict;
  /** The test that failed. */
  readonly by: string | undefined;
}

/** Minutes each, and about what is above these folders. They are run only for a file that they import themselves. */
const LONG =
  /^test\/(lease|storage\/lease-model|templates|mailu\/accounts-moves|rules\/.*-model|words|cli|outside|stand-ins|resources\/dead-mount)\b/;
/** Most of a minute each, and about the engine. */
const SLOW = /^test\/engine\/(given-up|run-lock)\b/;
/** Reads the text of all files, so that it needs no import to see one. */
const READS = 'test/fixes/fixes.test.ts';
/** Quick tests that are run for one file. Farther ones see it through much else. */
const QUICK = 40;
/** Seconds for the tests that see a file. One that hangs fails by vitest's own limit before. */
const LIMIT = 300;

const TSC = 'node_modules/typescript/bin/tsc';
const VITEST = 'node_modules/vitest/vitest.mjs';

/** The tests that can see a file: quick ones first, the nearest before the others, of these those of its folder. */
export function testsFor(file: string, graph: ImportGraph): readonly string[] {
  const folder = file.replace(/^src\/(\w+)\/.*$/, 'test/$1/');
  const far = ([name, distance]: readonly [string, number]) => distance + (name.startsWith(folder) ? 0 : 0.5);
  const seen = [...graph.testsOf(file)].toSorted((a, b) => far(a) - far(b));
  const quick = seen
    .filter(([name]) => name !== READS && !LONG.test(name) && !SLOW.test(name))
    .slice(0, QUICK);
  const slow = file.startsWith('src/engine/') ? seen.filter(([name]) => SLOW.test(name)) : [];
  const long = seen.filter(([name, distance]) => LONG.test(name) && distance === 1);
  const named = (tests: typeof seen) => tests.map(([name]) => name);
  return [...named(quick), READS, ...named(slow), ...named(long)];
}

/** Tries mutations on a copy. */
export class Trials {
  readonly #copy: Copy;
  /** Tests that pass without a mutation. */
  readonly #sound = new Set<string>();

  constructor(copy: Copy) {
    this.#copy = copy;
  }

  /** @throws Error where the copy does not compile as it is: no verdict would say anything of a mutation. */
  async begin(): Promise<void> {
    const { ended, output } = await this.#compile();
    if (ended !== 'passed') throw new Error(`without a mutation it does not compile:\n${output}`);
  }

  async tryOut(mutation: Mutation, tests: readonly string[]): Promise<Trial> {
    const trial = await this.#mutated(mutation, tests);
    if (trial.by !== undefined) await this.#prove(trial.by);
    return trial;
  }

  async #mutated(mutation: Mutation, tests: readonly string[]): Promise<Trial> {
    using _mutated = this.#copy.mutate(mutation);
    if ((await this.#compile()).ended !== 'passed') return { verdict: 'does not compile', by: undefined };
    for (let left = tests; left.length > 0; ) {
      const { ended, output } = await this.#test(left);
      if (ended === 'passed') break;
      const by = / FAIL +(\S+)/.exec(output)?.[1];
      if (ended === 'timed out') return { verdict: 'timed out', by };
      if (by === undefined) return { verdict: 'killed', by };
      // A busy machine may fail a test: what counts is that it fails again.
      if ((await this.#test([by])).ended !== 'passed') return { verdict: 'killed', by };
      left = left.slice(left.indexOf(by) + 1);
    }
    return { verdict: 'survived', by: undefined };
  }

  /** @throws Error where a test that has killed a mutation fails without it as well, twice: a busy machine may fail one. */
  async #prove(test: string): Promise<void> {
    if (this.#sound.has(test)) return;
    const { ended, output } = await this.#test([test]).then((first) =>
      first.ended === 'passed' ? first : this.#test([test]),
    );
    if (ended !== 'passed') throw new Error(`without a mutation ${test} fails:\n${output}`);
    this.#sound.add(test);
  }

  #compile(): Promise<Ran> {
    const cache = ['--incremental', '--tsBuildInfoFile', join(this.#copy.root, '.tsbuildinfo')];
    return run(this.#copy.root, [TSC, '--noEmit', '-p', '.', ...cache], { seconds: LIMIT });
  }

  #test(tests: readonly string[]): Promise<Ran> {
    return run(this.#copy.root, [VITEST, 'run', '--config', 'test/mutate/vitest.config.ts'], {
      seconds: LIMIT,
      env: { MUTATE_TESTS: JSON.stringify(tests), NO_COLOR: '1' },
    });
  }
}
