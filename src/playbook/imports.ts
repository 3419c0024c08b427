import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';
import { ConfigError, didYouMean, type Problem } from '../errors/index.ts';
import type { Provided } from './load.ts';

/**
 * Looks for names that a playbook imports and that are not there, also in the files that it imports by a path, and for files that import
 * each other in a circle, where a name may not be there yet. Loaded, each would be undefined, and come to light only where it is used.
 *
 * @throws ConfigError with all of them.
 */
export async function checkImports(file: string, provided: Provided): Promise<void> {
  const { createJiti } = await import('jiti');
  const modules = new Modules(createJiti(pathToFileURL(file).href, { interopDefault: false }), provided);
  await modules.read(file);
  const problems = [...modules.problems(), ...modules.circles()];
  if (problems.length > 0) throw new ConfigError(problems);
}

interface Module {
  readonly source: string;
  /** What it imports as it is loaded, as it is written. */
  readonly imports: readonly string[];
  /** Names that are used of each module, by what it is imported as. */
  readonly used: ReadonlyMap<string, readonly string[]>;
  readonly exported: readonly string[];
  /** Modules all of whose names it exports. */
  readonly passedOn: readonly string[];
}

/** A file and all that it imports by a path. */
class Modules {
  readonly #jiti: Jiti;
  readonly #provided: Provided;
  readonly #read = new Map<string, Module>();

  constructor(jiti: Jiti, provided: Provided) {
    this.#jiti = jiti;
    this.#provided = provided;
  }

  async read(path: string): Promise<void> {
    if (this.#read.has(path)) return;
    const source = await readFile(path, 'utf8').catch(() => undefined);
    // What cannot be read, or is no TypeScript, is told when it is loaded.
    if (source === undefined) return;
    const module = { source, ...namesIn(this.#transformed(source, path)) };
    this.#read.set(path, module);
    for (const spec of module.imports) {
      const found = this.#resolve(spec, path);
      if (found !== undefined) await this.read(found);
    }
  }

  #transformed(source: string, filename: string): string {
    try {
      return this.#jiti.transform({ filename, source, ts: true, async: true });
    } catch {
      return '';
    }
  }

  problems(): readonly Problem[] {
    return [...this.#read].flatMap(([path, { source, used }]) =>
      [...used].flatMap(([spec, names]) => {
        const there = this.#namesOf(spec, path);
        const lacking = there === undefined ? [] : names.filter((name) => !there.includes(name));
        return lacking.map((name) => ({
          file: path,
          ...placeOf(name, source),
          path: '',
          message: `\`${spec}\` has no \`${name}\`${didYouMean(name, there ?? []) ?? ''}`,
        }));
      }),
    );
  }

  /** Each circle once, at the import that closes it. */
  circles(): readonly Problem[] {
    const done = new Set<string>();
    const found: Problem[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      const { imports, source } = this.#read.get(path) ?? { imports: [], source: '' };
      for (const spec of imports) {
        const next = this.#resolve(spec, path);
        if (next === undefined) continue;
        const start = [...trail, path].indexOf(next);
        if (start >= 0)
          found.push({
            file: path,
            ...placeAt(Math.max(source.indexOf(`'${spec}'`), source.indexOf(`"${spec}"`)), source),
            path: '',
            message: inCircle([...trail, path].slice(start)),
          });
        else if (!done.has(next)) visit(next, [...trail, path]);
      }
      done.add(path);
    };
    for (const path of this.#read.keys()) if (!done.has(path)) visit(path, []);
    return found;
  }

  #resolve(spec: string, from: string): string | undefined {
    if (!spec.startsWith('.')) return undefined;
    const url = this.#jiti.esmResolve(spec, { parentURL: pathToFileURL(from), try: true });
    return url ? fileURLToPath(url) : undefined;
  }

  /** What can be imported from there; undefined where that is not known. */
  #namesOf(spec: string, from: string): readonly string[] | undefined {
    const own = this.#provided.modules[spec];
    if (own !== undefined) return Object.keys(own);
    const path = this.#resolve(spec, from) ?? '';
    const module = this.#read.get(path);
    const passedOn = module?.passedOn.map((other) => this.#namesOf(other, path));
    return passedOn?.includes(undefined) === false
      ? [...(module?.exported ?? []), ...passedOn.flatMap((names) => names ?? [])]
      : undefined;
  }
}

function inCircle(paths: readonly string[]): string {
  const names = paths.map((path) => `\`${basename(path)}\``);
  const circle =
    names.length === 1
      ? `${names[0]} imports itself`
      : `these files import each other in a circle: ${[...names, names[0]].join(' -> ')}`;
  return `${circle}; a name can be undefined when it is used. Move what they share into a file that imports none of them`;
}

/** Reads what Babel has made of imports and exports, which has no types any more. */
function namesIn(code: string): Omit<Module, 'source'> {
  const used = new Map<string, readonly string[]>();
  const passedOn: string[] = [];
  const firsts = (pattern: RegExp) => [...code.matchAll(pattern)].map(([, name = '']) => name);
  for (const [, variable = '', spec = ''] of code.matchAll(/\b(\w+) = await jitiImport\("([^"]+)"\)/g)) {
    const names = firsts(new RegExp(`(?<![\\w$.])${variable}\\.(\\w+)`, 'g'));
    used.set(spec, [...new Set([...(used.get(spec) ?? []), ...names])]);
    if (code.includes(`Object.keys(${variable}).forEach`)) passedOn.push(spec);
  }
  const exported = [...firsts(/exports\.(\w+) =/g), ...firsts(/Object\.defineProperty\(exports, "(\w+)"/g)];
  // What is imported in a function, later, is in single quotes.
  const imports = [...new Set(firsts(/await jitiImport\("([^"]+)"\)/g))];
  return { imports, used, exported, passedOn };
}

function placeOf(name: string, source: string): Pick<Problem, 'line' | 'column'> {
  return placeAt(source.search(new RegExp(`\\b${name}\\b`)), source);
}

function placeAt(offset: number, source: string): Pick<Problem, 'line' | 'column'> {
  const lines = source.slice(0, Math.max(0, offset)).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
