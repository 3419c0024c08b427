import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import site from '../playbooks/site.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');

/** What each folder may import, beside itself. The order of ARCHITECTURE.md, low to high. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shell: [],
  errors: [],
  schema: ['errors'],
  resource: ['errors', 'schema', 'shell'],
  dns: ['shell'],
  facts: ['dns', 'resource', 'schema', 'shell'],
  resources: ['dns', 'facts', 'resource', 'schema', 'shell'],
  transport: ['errors', 'shell'],
  inventory: ['errors', 'schema'],
  outside: ['playbook', 'shell'],
  secrets: ['shell'],
  template: [],
  testing: ['errors', 'resource', 'schema', 'shell', 'transport'],
  rules: ['errors', 'facts', 'resource', 'shell'],
  playbook: ['errors', 'inventory', 'resource', 'schema', 'shell'],
  engine: ['errors', 'inventory', 'playbook', 'resource', 'schema', 'shell', 'transport'],
  render: ['engine', 'errors', 'playbook', 'resource'],
  cli: ['engine', 'errors', 'index.ts', 'inventory', 'playbook', 'render', 'secrets', 'shell', 'transport'],
  'index.ts': [
    'errors',
    'facts',
    'inventory',
    'outside',
    'playbook',
    'resource',
    'resources',
    'rules',
    'shell',
    'template',
  ],
};

interface Module {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const modulesIn = (folder: string): readonly Module[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      const imports = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) =>
        relative(folder, resolve(dirname(path), match[1] ?? '')),
      );
      return { path: relative(folder, path), text, imports };
    });
const modules = modulesIn(SRC);
const playbooks = modulesIn(join(ROOT, 'playbooks'));

const layer = (path: string) => path.split('/')[0] ?? '';

/** Ways from a module back to itself. */
function circlesIn(all: readonly Module[]): readonly string[] {
  const graph = new Map(all.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of all) visit(path, []);
  return circles;
}

describe('the architecture', () => {
  test('every folder imports only what is below it', () => {
    const wrong = modules.flatMap(({ path, imports }) =>
      imports
        .filter((imported) => layer(imported) !== layer(path))
        .filter((imported) => !MAY_IMPORT[layer(path)]?.includes(layer(imported)))
        .map((imported) => `${path} imports ${imported}`),
    );
    expect(wrong).toEqual([]);
    process.stdout.write(
      `figure  modules, imports between them: ${modules.length}, ${modules.flatMap(({ imports }) => imports).length}\n`,
    );
  });

  test('the engine knows transports by their type alone, and only tty.ts knows listr2', () => {
    const engine = modules.filter(({ path }) => layer(path) === 'engine');
    expect(
      new Set(engine.flatMap(({ imports }) => imports.filter((to) => layer(to) === 'transport'))),
    ).toEqual(new Set(['transport/transport.ts']));
    for (const { text } of engine) expect(text).not.toMatch(/import \{[^}]*\} from '\.\.\/transport/);
    const listr = modules.filter(({ text }) => text.includes("'listr2'")).map(({ path }) => path);
    expect(listr).toEqual(['render/tty.ts']);
  });

  test('no module imports itself, however far around', () => {
    expect([...circlesIn(modules), ...circlesIn(playbooks)]).toEqual([]);
  });

  test('a playbook imports settings, what it has itself, and what those before it in the site have', () => {
    const order = site.map(({ name }) => name);
    const nameOf = (path: string) => layer(path).replace(/\.ts$/, '');
    const wrong = playbooks.flatMap(({ path, imports }) =>
      imports
        .filter((to) => order.includes(nameOf(to)) && nameOf(to) !== nameOf(path) && path !== 'site.ts')
        // Settings are below all of them.
        .filter(
          (to) => !order.includes(nameOf(path)) || order.indexOf(nameOf(to)) > order.indexOf(nameOf(path)),
        )
        .map((to) => `${path} imports ${to}`),
    );
    expect(wrong).toEqual([]);
    const own = playbooks.filter(({ path }) => layer(path) === 'settings').flatMap(({ imports }) => imports);
    expect(own.filter((to) => layer(to) !== 'settings')).toEqual([]);
  });

  test('only the command line ends the process, hears signals, or prints', () => {
    const outside = modules.filter(({ path }) => layer(path) !== 'cli');
    const using = (pattern: RegExp, except: readonly string[] = []) =>
      outside
        .filter(({ path, text }) => !except.includes(layer(path)) && pattern.test(text))
        .map(({ path }) => path);
    expect(using(/process\.(exit|on|once|kill)\b/)).toEqual([]);
    expect(modules.filter(({ text }) => /process\.exit\(/.test(text)).map(({ path }) => path)).toEqual([]);
    expect(using(/\bconsole\./, ['render'])).toEqual([]);
    expect(using(/process\.(stdout|stderr)/, ['render'])).toEqual([]);
  });

  test('nothing takes the global shell of zx, nor its quoting', () => {
    for (const { path, text } of modules) {
      if (!text.includes("'zx'")) continue;
      expect(path).toBe('transport/local.ts');
      expect(text).not.toMatch(/\bquote\b/);
    }
  });
});
