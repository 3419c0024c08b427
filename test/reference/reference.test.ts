import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import site from '../../playbooks/site.ts';
import { CODES } from '../../src/errors/index.ts';
import { inventoryJsonSchema } from '../../src/inventory/index.ts';
import { contents } from './contents.ts';
import { COMMAND, page } from './page.ts';
import type { Key } from './schema-keys.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const told = contents();
const text = page(told);
const keys = told.inventory.flatMap(({ at, keys }) =>
  keys.map((key) => ({ ...key, path: `${at}${key.path}` })),
);
const paths = (some: readonly { readonly path: string }[]) => some.map(({ path }) => path);

describe('docs/reference.md', () => {
  test('is what the code says', () => {
    expect(read('docs/reference.md'), `the code says something else now; rewrite it with: ${COMMAND}`).toBe(
      text,
    );
  });

  test('has lines of 100 columns, but for single words that are longer', () => {
    const long = text.split('\n').filter((line) => line.length > 100 && /\S\s+\S/.test(line.slice(4, 100)));
    expect(long).toEqual([]);
  });
});

describe('every key of an inventory', () => {
  test('has a meaning that says more than its name', () => {
    expect(paths(keys.filter(({ meaning = '' }) => meaning.length < 5))).toEqual([]);
    process.stdout.write(
      `figure  keys of the inventory in the reference, with an example: ${keys.length}, ${keys.filter(({ examples }) => examples.length > 0).length}\n`,
    );
  });

  test('means what an editor shows over it', () => {
    const shown = JSON.stringify(inventoryJsonSchema(site));
    const other = keys.filter(({ meaning }) => !shown.includes(`"description":${JSON.stringify(meaning)}`));
    expect(paths(other)).toEqual([]);
  });

  test('has an example where neither its type nor its default shows what is written', () => {
    expect(paths(keys.filter((key) => !isShown(key)))).toEqual([]);
  });

  test('has examples that its schema takes', () => {
    const wrong = keys.flatMap(({ path, schema, examples }) =>
      examples.filter((example) => !takes(schema, example)).map((example) => `${path}: ${example}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** Whether a person sees from the page what to write. */
function isShown({ type, default: value, examples, fixed, path }: Key): boolean {
  const speaks = /^(true or false|one of )/.test(type) || fixed !== undefined;
  const hasKeys = type.startsWith('a map') && keys.some((key) => key.path.startsWith(`${path}.`));
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return speaks || hasKeys || examples.length > 0 || (value !== undefined && !isEmpty);
}

const takes = (schema: Key['schema'], value: unknown): boolean =>
  (schema as { safeParse?: (value: unknown) => { success: boolean } }).safeParse?.(value).success === true;

describe('every kind of resource', () => {
  test('has a docstring, and each of its fields as well', () => {
    const without = told.kinds.flatMap(({ name, doc, wanted }) => [
      ...(doc === '' ? [name] : []),
      ...wanted.filter(({ meaning }) => meaning === undefined).map(({ path }) => `${name}.${path}`),
    ]);
    expect(without).toEqual([]);
  });
});

describe('every fact', () => {
  test('has a docstring, and each of its fields as well', () => {
    const types = told.facts.map(({ name, doc, told: type }) => ({ name, doc, fields: type?.fields ?? [] }));
    expect(withoutDoc([...types, ...told.factTypes])).toEqual([]);
  });
});

describe('every line of JSON', () => {
  test('has a docstring, and each of its fields as well', () => {
    const { events, printed, error, types } = told.lines;
    const lines = [...events, ...printed].map(({ kind, doc, fields }) => ({ name: kind, doc, fields }));
    expect(withoutDoc([...lines, error, ...types])).toEqual([]);
  });
});

interface Documented {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly { readonly path: string; readonly doc: string }[];
}

const withoutDoc = (all: readonly Documented[]): readonly string[] =>
  all.flatMap(({ name, doc, fields }) => [
    ...(doc === '' ? [name] : []),
    ...fields.filter((field) => field.doc === '').map(({ path }) => `${name}.${path}`),
  ]);

describe('every exit code', () => {
  test('has a docstring, and is told by the help and by the README', () => {
    expect(told.exits.filter(({ doc }) => doc === '')).toEqual([]);
    const [, help = ''] = /const EXIT_CODES = `([\s\S]*?)`/.exec(read('src/cli/program.ts')) ?? [];
    const [, table = ''] = read('README.md').split('| exit code | meaning');
    const codes = told.exits.map(({ code }) => code);
    expect([...help.matchAll(/(?<=^|\s{2})\d+(?=\s{2})/gm)].map(Number).toSorted((a, b) => a - b)).toEqual(
      codes,
    );
    expect([...table.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))).toEqual(codes);
  });
});

test('every code of an error or a finding is read from the code', () => {
  expect(told.codes.unread).toEqual([]);
});

test('every code of the table is one that an error has', () => {
  const source = fileURLToPath(new URL('../../src', import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const code = files
    .filter((file) => file.endsWith('.ts') && file !== 'errors/codes.ts')
    .map((file) => read(`src/${file}`))
    .join();
  expect(Object.keys(CODES).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});
