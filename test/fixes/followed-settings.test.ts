import { expect, test } from 'vitest';
import { parse } from 'yaml';
import site from '../../playbooks/site.ts';
import { inventoryJsonSchema } from '../../src/inventory/index.ts';
import { collect } from './collect.ts';
import { plain, wordsOf } from './commands.ts';

type Part = Readonly<Record<string, unknown>>;
const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null;
const schema = inventoryJsonSchema(site) as Part;

/** All forms that a part of the schema may have. */
function formsOf(part: unknown): readonly Part[] {
  if (!isPart(part)) return [];
  const { $ref: name } = part;
  const named = typeof name === 'string' ? at(schema, name.replace('#/', '').split('/')) : [];
  const inner = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => (Array.isArray(part[key]) ? part[key] : []));
  return [part, ...[...named, ...inner].flatMap(formsOf)];
}

const at = (part: Part, names: readonly string[]): readonly Part[] =>
  names
    .reduce<readonly unknown[]>((parts, name) => parts.map((one) => (one as Part)[name]), [part])
    .filter(isPart);

/** What the schema has at a path of the inventory. `…` stands for any name. */
function found(parts: readonly unknown[], path: readonly string[]): readonly Part[] {
  const forms = parts.flatMap(formsOf);
  const [name, ...rest] = path;
  if (name === undefined) return forms;
  const next = forms.flatMap(({ properties, additionalProperties }) => [
    ...(isPart(properties) && name in properties ? [properties[name]] : []),
    ...(isPart(additionalProperties) ? [additionalProperties] : []),
    ...(additionalProperties === true ? [{}] : []),
  ]);
  return next.length === 0 ? [] : found(next, rest);
}

/** As a path of the inventory, or of what one of its hosts has. */
const resolved = (path: readonly string[]) => [
  ...found([schema], path),
  ...found([schema], ['hosts', '…', ...path]),
];

const SECTION = '(?:storage|mailu|swarm|docker|base|resolver|ssh)';

/** The paths that a text names, with what is to be written there where it says that. */
function* settingsIn(text: string): Generator<{ path: readonly string[]; value?: unknown }> {
  const isUnit = (path: string) => /\.(service|socket)$/.test(path);
  for (const [path] of text.matchAll(new RegExp(`\\b(?:hosts\\.….)?${SECTION}(?:\\.[A-Za-z…]+)+`, 'g')))
    if (!isUnit(path)) yield { path: path.split('.') };
  for (const [snippet] of text.matchAll(new RegExp(`\\b${SECTION}: (?:\\{[^\`]*\\}|[a-z]+(?=\`))`, 'gi'))) {
    const [, section = '', rest = ''] = /^(\w+): (.*)$/s.exec(snippet) ?? [];
    if (!rest.startsWith('{')) yield { path: [section, rest] };
    else yield* leaves(parse(rest.replace(/, … \}/, ' }')), [section]);
  }
}

function* leaves(
  value: unknown,
  path: readonly string[],
): Generator<{ path: readonly string[]; value: unknown }> {
  if (!isPart(value) || Object.keys(value).length === 0) yield { path, value };
  else for (const [name, inner] of Object.entries(value)) yield* leaves(inner, [...path, name]);
}

const { fixes } = collect();
const named = fixes.flatMap(({ texts }) => texts.flatMap((text) => [...settingsIn(plain(wordsOf(text)))]));

test("every setting that a fix names is one of the inventory's, and so is what is to be written there", () => {
  const paths = new Set(named.map(({ path }) => path.join('.')));
  expect(paths.size).toBeGreaterThan(35);
  expect([...paths].filter((path) => resolved(path.split('.')).length === 0)).toEqual([]);
  const wrong = named.flatMap(({ path, value }) => {
    const words = resolved(path).flatMap(({ enum: list, const: one }) =>
      Array.isArray(list) ? list : (one ?? []),
    );
    const isFree = typeof value !== 'string' || value.includes('…') || words.length === 0;
    return isFree || words.includes(value) ? [] : [`${path.join('.')}: ${value}`];
  });
  expect(wrong).toEqual([]);
});
