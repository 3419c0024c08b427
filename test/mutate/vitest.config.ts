import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tests: readonly string[] = JSON.parse(process.env.MUTATE_TESTS ?? '[]');

/** Runs the tests in the order that they are named in: the nearest to the mutation first. */
class AsNamed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      tests.findIndex((test) => moduleId.endsWith(`/${test}`));
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  root,
  resolve: { alias: { 'provision-swarm': `${root}src/index.ts` } },
  test: {
    include: [...tests],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxConcurrency: 8,
    maxWorkers: 1,
    bail: 1,
    // Twice as fast, and these tests leave nothing behind that others see.
    isolate: false,
    sequence: { sequencer: AsNamed },
    experimental: { fsModuleCache: true, fsModuleCachePath: `${root}.modules` },
  },
});
