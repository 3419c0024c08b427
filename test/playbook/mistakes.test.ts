import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clusterOf } from '../../src/engine/index.ts';
import { prepare } from '../../src/engine/prepare.ts';
import type { ProvisionError } from '../../src/errors/index.ts';
import * as provision from '../../src/index.ts';
import { checkImports, loadPlaybooks } from '../../src/playbook/index.ts';
import { Hosts } from '../engine/hosts.ts';

/** Playbooks of a file as a person writes it. What is imported by a path is beside it. */
function written(text: string, beside: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'provision-playbook-'));
  for (const [name, content] of Object.entries({ ...beside, 'mine.ts': text }))
    writeFileSync(join(folder, name), content);
  return join(folder, 'mine.ts');
}

const PROVIDED = { modules: { 'provision-swarm': provision, zod: await import('zod') }, folders: {} };

/** What is said of a playbook once it runs over a host: the error of the host, or what ended it. */
async function said(text: string): Promise<string> {
  const playbooks = await loadPlaybooks(written(text), PROVIDED);
  try {
    const hosts = new Hosts(['a'], playbooks);
    for (const playbook of playbooks) playbook.validate(clusterOf(hosts.inventory, playbook));
    await using prepared = await prepare(hosts.options());
    const [failure] = prepared.run.failures();
    return words(failure?.error);
  } catch (error) {
    return words(error);
  }
}

const words = (error: unknown) => `${(error as ProvisionError)?.code}: ${(error as Error)?.message}`;

const KIND = `
const gone = undefined as unknown as { name: string };
const kind = (change: object) => defineResource({
  kind: 'odd',
  want: z.strictObject({ name: z.string() }),
  key: ({ name }) => name,
  observe: () => ({ script: raw('true'), parse: () => 'have' }),
  diff: () => [{ field: 'x', from: 'a', to: 'b' }],
  apply: () => [],
  ...change,
} as never)({ name: 'one' } as never);
`;

/** A playbook of one stage, and more. Its mistake is on the line that says so. */
const playbook = (
  resources: string,
  more?: string,
) => `import { defineResource, definePlaybook, file, raw } from 'provision-swarm';
import { z } from 'zod';
${KIND}
export default definePlaybook({
  name: 'mine',
  ${more === undefined ? '' : `${more} // mistake`}
  stages: [{ name: 'one', resources: (host) => [
    ${more === undefined ? `${resources} // mistake` : resources}
  ] }],
});
`;

/** A playbook of one stage, which says this. */
const stage = (text: string) => `import { definePlaybook } from 'provision-swarm';
const gone = undefined as unknown as { name: string };
export default definePlaybook({ name: 'mine', stages: [
  { name: 'one', ${text} }, // mistake
] });
`;

describe('what a playbook does wrong is told as its own, with file and line', () => {
  test.for<[string, string, string]>([
    [
      'a key that is misspelt',
      playbook("file({ path: '/etc/motd', content: 'x', mod: '0644' } as never)"),
      'playbook: mine.ts:LINE: file: mod: unknown key; did you mean `mode`?',
    ],
    [
      'several mistakes of one resource',
      playbook("file({ path: 'etc/motd', content: 5 } as never)"),
      'playbook: mine.ts:LINE: file: ',
    ],
    [
      'a mistake in a stage',
      playbook('file(gone.name as never)'),
      'playbook: playbook stage mine/one for a: mine.ts:LINE: Cannot read properties of undefined',
    ],
    [
      'validate',
      playbook('', 'validate: () => [gone.name] as never,'),
      'playbook: playbook mine: validate: mine.ts:LINE: Cannot read',
    ],
    [
      'inspect',
      playbook('', 'inspect: () => { throw new Error("oh"); },'),
      'playbook: playbook mine: inspect: mine.ts:LINE: oh',
    ],
    [
      'a generator, once it runs',
      playbook('', '*inspect() { yield gone.name as never; },'),
      'playbook: playbook mine: inspect: mine.ts:LINE: Cannot read',
    ],
    [
      'a generator that gives something else',
      playbook('', "*inspect() { yield 'oh' as never; },"),
      'playbook: playbook mine: mine.ts:15: inspect[0]: expected a finding',
    ],
    [
      'a generator of resources',
      stage('*resources() { yield gone.name as never; }'),
      'playbook: playbook stage mine/one for a: mine.ts:LINE: Cannot read',
    ],
    [
      'which hosts a stage is about',
      stage('on: () => gone.name as never, resources: () => []'),
      'playbook: playbook stage mine/one for a: mine.ts:LINE: Cannot read',
    ],
    [
      'an answer to that which is none',
      stage("on: () => 'a' as never, resources: () => []"),
      'playbook: playbook stage mine/one for a: mine.ts:3: on: expected true or false',
    ],
    [
      'a fact that depends on the host',
      playbook('', 'facts: { f: () => gone.name as never },'),
      'playbook: playbook mine: facts.f: mine.ts:LINE: Cannot read',
    ],
    [
      'the parse of a fact',
      playbook('', "facts: { f: { script: raw('true'), parse: () => gone.name } },"),
      'playbook: playbook mine: facts.f: mine.ts:LINE: Cannot read',
    ],
    ['key of a kind', playbook('kind({ key: () => gone.name })'), 'playbook: odd: mine.ts:LINE: Cannot read'],
    [
      'observe of a kind',
      playbook('kind({ observe: () => gone.name })'),
      'playbook: odd one: mine.ts:LINE: Cannot read',
    ],
    [
      'parse of a kind',
      playbook("kind({ observe: () => ({ script: raw('true'), parse: () => gone.name }) })"),
      'playbook: odd one: mine.ts:LINE: Cannot read',
    ],
    [
      'diff of a kind',
      playbook('kind({ diff: () => gone.name })'),
      'playbook: odd one: mine.ts:LINE: Cannot read',
    ],
    [
      'restarts of a kind',
      playbook('kind({ restarts: () => gone.name })'),
      'playbook: odd one: mine.ts:LINE: Cannot read',
    ],
    [
      'something that is no error',
      playbook('', 'inspect: () => { throw "oh"; },'),
      'playbook: playbook mine: inspect: mine.ts:15: oh',
    ],
  ])('%s', async ([, text, expected]) => {
    const line = text.split('\n').findIndex((each) => each.endsWith('// mistake')) + 1;
    expect(await said(text)).toContain(expected.replace('LINE', String(line)));
  });
});

/** What is said of the imports of a file. */
async function imports(
  text: string,
  beside: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  try {
    await checkImports(written(text, beside), PROVIDED);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(/^\S*\//, ''));
  }
}

describe('a name that is imported and is not there', () => {
  test('is told with its place and what was perhaps meant, all at once, also of the files beside it', async () => {
    const text = `// import { no } from 'provision-swarm';
import { definePlaybook, fil, type Finding } from 'provision-swarm';
import { helpr, other, again } from './helpers.ts';
import { strngs } from 'zod';
export default definePlaybook({ name: 'x', stages: [{ name: 'a', resources: () => [fil, helpr, other, again, strngs] as never }] });
`;
    const beside = {
      'helpers.ts': `import { packges } from 'provision-swarm';\nexport const helper = () => packges;\nexport function other() {}\nexport * from './more.ts';\n`,
      'more.ts': 'export class again {}\n',
    };
    expect(await imports(text, beside)).toEqual([
      'mine.ts:2:26: `provision-swarm` has no `fil`; did you mean `file`?',
      'mine.ts:3:10: `./helpers.ts` has no `helpr`; did you mean `helper`?',
      expect.stringMatching(/^mine\.ts:4:10: `zod` has no `strngs`/),
      'helpers.ts:1:10: `provision-swarm` has no `packges`; did you mean `packages`?',
    ]);
  });

  test('nothing is said of types, of other packages, and of what is there', async () => {
    const text = `import { definePlaybook, file as written, type Findng } from 'provision-swarm';
import type { Nothing } from './helpers.ts';
import { join } from 'node:path';
import anything, { helper, type Missing } from './helpers.ts';
export default [join, anything, helper, written, definePlaybook] as never as Nothing | Missing | Findng;
`;
    expect(await imports(text, { 'helpers.ts': 'export default 1;\nexport let helper = 2;\n' })).toEqual([]);
  });
});
