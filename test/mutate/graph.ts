import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGE = 'src/index.ts';

/** Which tests see which files, by what each imports. Paths are relative to the root. */
export class ImportGraph {
  readonly #root: string;
  readonly #imports = new Map<string, readonly string[]>();
  readonly #distances = new Map<string, ReadonlyMap<string, number>>();
  readonly #tests: readonly string[];

  constructor(root: string, tests: readonly string[]) {
    this.#root = root;
    this.#tests = tests;
  }

  /** The tests that see a file, and over how many imports. */
  testsOf(file: string): ReadonlyMap<string, number> {
    const seen = this.#tests.flatMap((test) => {
      const distance = this.#from(test).get(file);
      return distance === undefined ? [] : [[test, distance] as const];
    });
    return new Map(seen);
  }

  #from(test: string): ReadonlyMap<string, number> {
    const known = this.#distances.get(test);
    if (known !== undefined) return known;
    const distances = new Map([[test, 0]]);
    for (const [file, distance] of distances)
      for (const imported of this.#importsOf(file))
        if (!distances.has(imported)) distances.set(imported, distance + 1);
    this.#distances.set(test, distances);
    return distances;
  }

  #importsOf(file: string): readonly string[] {
    const known = this.#imports.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(join(this.#root, file), 'utf8');
    const imports = [...text.matchAll(/(?:from|import\(|import)\s*'([^']+)'/g)]
      .map(([, name = '']) => (name === 'provision-swarm' ? PACKAGE : join(dirname(file), name)))
      .filter((path) => /\.ts$/.test(path) && this.#isFile(path));
    this.#imports.set(file, imports);
    return imports;
  }

  #isFile(path: string): boolean {
    const whole = join(this.#root, path);
    return existsSync(whole) && statSync(whole).isFile();
  }
}
