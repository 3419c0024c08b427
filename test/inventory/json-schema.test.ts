import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import site from '../../playbooks/site.ts';
import { inventoryJsonSchema } from '../../src/inventory/index.ts';
import { fixedKeysOf } from './keys.ts';

const at = (path: string) => fileURLToPath(new URL(`../../inventory/${path}`, import.meta.url));
const prod = readFileSync(at('prod.yaml'), 'utf8');
const schema = inventoryJsonSchema(site);
const ajv = new Ajv2020({
  strict: true,
  strictTypes: true,
  strictTuples: true,
  strictRequired: false,
  allErrors: true,
});
formats.default(ajv);
// Throws at an unknown keyword, an unknown format, and a reference that leads nowhere.
const validate = ajv.compile(schema);

type Part = Readonly<Record<string, unknown>>;
const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null;

/** All keys that the schema has a place for, with where that is. */
function keysIn(part: unknown, path = ''): readonly { readonly path: string; readonly of: Part }[] {
  if (!isPart(part)) return [];
  const own = isPart(part.properties)
    ? Object.entries(part.properties).map(([key, of]) => ({ path: `${path}.${key}`, of: of as Part }))
    : [];
  return [...own, ...Object.entries(part).flatMap(([key, inner]) => keysIn(inner, `${path}/${key}`))];
}

test.each(['prod.yaml', 'lab.yaml', 'vm.yaml'])('%s is as the schema says', (name) => {
  expect(validate(parse(readFileSync(at(name), 'utf8'))) || validate.errors).toBe(true);
});

test('every key has a description, which says more than its name', () => {
  const keys = keysIn(schema);
  const without = keys.filter(({ of }) => String(of.description ?? '').length < 5).map(({ path }) => path);
  process.stdout.write(
    `figure  keys of the JSON Schema with a description: ${keys.length - without.length} of ${keys.length}\n`,
  );
  expect(without).toEqual([]);
});

test('a default that a description gives is one that an editor can write', () => {
  const told = keysIn(schema).flatMap(({ path, of }) => {
    const [, value] = /default:? (\w[\w.]*)$/.exec(String(of.description)) ?? [];
    return value === undefined || of.default !== undefined ? [] : [`${path}: ${value}`];
  });
  expect(told).toEqual([]);
});

test('every format is one of JSON Schema itself', () => {
  expect(JSON.stringify(schema).match(/"format":"(?!ipv4"|ipv6"|hostname"|uri")[^"]*"/g)).toBeNull();
});

test('every key of the example, misspelt, is a mistake for an editor', () => {
  const missed = fixedKeysOf(prod)
    .filter(({ to }) => validate(parse(`${prod.slice(0, to)}q${prod.slice(to)}`)))
    .map(({ path }) => path);
  expect(missed).toEqual([]);
});

test.each([
  [
    'a version that cannot be run',
    'mailu: { domain: example.org, hostnames: [mail.example.org], version: "1.8" }',
  ],
  [
    'a version that is no text',
    'mailu: { domain: example.org, hostnames: [mail.example.org], version: 1.9 }',
  ],
  ['a role that there is not', 'swarm: { role: leader }'],
  ['a range that is none', 'swarm: { networks: { a: { subnet: 10.0.0.1 } } }'],
  ['what holds for the whole, for one host', 'groups: { g: { hosts: [a], storage: { root: /mailu } } }'],
  ['a number that is no whole one', 'base: { sysctl: { net.core.somaxconn: 1.5 } }'],
  ['a port that there is not', 'ssh: { port: 70000 }'],
])('%s is a mistake for an editor', (_what, line) => {
  const text = `cluster: mail\nhosts: { a: { address: 192.0.2.1 } }\n`;
  expect(validate(parse(text))).toBe(true);
  expect(validate(parse(`${text}${line}\n`))).toBe(false);
});
