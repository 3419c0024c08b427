import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { readPlaybooks, readText } from '../../src/cli/project.ts';
import { ConfigError } from '../../src/errors/index.ts';
import { called } from '../cli/called.ts';

interface Snippet {
  readonly page: string;
  readonly line: number;
  /** `yaml`, or `yaml inventory.yaml` where a page says to write a file. */
  readonly info: string;
  readonly text: string;
}

const PAGES = ['README.md', 'CONTRIBUTING.md', ...readdirSync('docs').map((name) => `docs/${name}`)];

const snippets = PAGES.flatMap((page): readonly Snippet[] => {
  const whole = readFileSync(page, 'utf8');
  return [...whole.matchAll(/^( *)```(.*)\n([\s\S]*?)^ *```$/gm)].map(
    ({ index, 1: margin = '', 2: info = '', 3: text = '' }) => ({
      page,
      line: whole.slice(0, index).split('\n').length,
      info,
      text: text.replaceAll(new RegExp(`^${margin}`, 'gm'), ''),
    }),
  );
});

const of = (info: string) =>
  snippets
    .filter((snippet) => snippet.info === info)
    .map((snippet) => [`${snippet.page}:${snippet.line}`, snippet.text] as const);

test('each snippet says what it is, so that it is tried', () => {
  const known = ['sh', 'text', 'yaml'];
  // Files of their own are written and run by the tests of their pages.
  const others = snippets.filter(({ info }) => !known.includes(info) && !/^\w+ \S+$/.test(info));
  expect(others).toEqual([]);
  process.stdout.write(`figure  snippets of README and docs that are tried: ${snippets.length}\n`);
});

/** What a section in a page leaves out, as it is about something else. */
const AROUND = {
  cluster: 'mail',
  hosts: Object.fromEntries(
    [1, 2, 3].map((number) => [
      `mail-${number}`,
      { address: `192.0.2.1${number}`, swarm: { role: 'manager' } },
    ]),
  ),
  secrets: Object.fromEntries(['mail-cert', 'mail-key', 'mail-admin'].map((name) => [name, { env: 'X' }])),
  swarm: { networks: { mail: { subnet: '10.20.0.0/24', attachable: true } } },
  storage: { kind: 'glusterfs', replica: 3 },
  resolver: { kind: 'unbound' },
};

async function mistakesIn(text: string): Promise<readonly string[]> {
  try {
    readText(text, 'my.yaml', await readPlaybooks(undefined));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

describe('an inventory of a page is valid', () => {
  test.each(of('yaml'))('%s', async (_, text) => {
    const given = parse(text) as Record<string, unknown>;
    const whole = 'hosts' in given ? text : stringify({ ...AROUND, ...given });
    expect(await mistakesIn(whole)).toEqual([]);
  });
});

test('the mistake that the README shows is told so', async () => {
  const [, inventory = ''] = of('yaml').find(([place]) => place.startsWith('README.md')) ?? [];
  const [, said = ''] = of('text').find(([, text]) => text.startsWith('my.yaml:')) ?? [];
  const wrong = inventory.replace(/(mail-2: \{ )address/, '$1adress');
  expect(await mistakesIn(wrong)).toEqual(said.trim().split('\n'));
});

/** The words of a command, as a shell divides these simple ones. */
const wordsOf = (command: string) =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

describe('a command of a page is one that there is', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const commands = of('sh').flatMap(([place, text]) =>
    text
      .split('\n')
      .flatMap((line) => line.replace(/ +#.*$/, '').split(' && '))
      .filter((command) => command.trim() !== '')
      .map((command) => [place, command.trim().replace(/ *>.*$/, '')] as const),
  );

  test.each(commands)('%s %s', async (_, command) => {
    const [name, ...words] = wordsOf(command);
    if (name === 'provision') expect(await called(words)).toHaveLength(1);
    else if (name === 'npm' && words[0] === 'run') expect(Object.keys(scripts)).toContain(words[1]);
    else expect(['npm', 'npx', 'node']).toContain(name);
  });
});
