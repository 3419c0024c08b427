import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { file } from '../../src/resources/file.ts';
import { casesOf } from '../../src/testing/index.ts';

const root = mkdtempSync(join(tmpdir(), 'provision-cases-'));
let made = 0;
/** A folder with these files. */
function folder(files: Readonly<Record<string, string>>): string {
  const path = join(root, String(made++));
  mkdirSync(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

const CASE = `want: { path: /etc/motd, content: x }
output: { code: 0, stdout: "", stderr: "" }
`;

describe('cases that are none fail, and say why', () => {
  test('a folder that is not there', () => {
    const path = join(root, 'nowhere');
    expect(() => casesOf(path, file)).toThrow(`there is no folder ${path}, so there are no cases`);
  });

  test('a folder that is a file', () => {
    const path = join(folder({ 'a.yaml': CASE }), 'a.yaml');
    expect(() => casesOf(path, file)).toThrow(`${path} is no folder, so there are no cases`);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['nothing', {}],
    ['something else', { 'notes.txt': 'x' }],
  ])('a folder that has %s', (_, files) => {
    const path = folder(files);
    expect(() => casesOf(path, file)).toThrow(`${path} has no cases: no file in it ends in .yaml`);
  });

  test.each<[string, string, string]>([
    ['a misspelt key', CASE.replace('want', 'wnt'), '1:1 wnt: unknown key; did you mean `want`?'],
    [
      'one further in',
      CASE.replace('stderr', 'sdterr'),
      '2:32 output.sdterr: unknown key; did you mean `stderr`?',
    ],
    [
      'nothing that is wanted',
      'output: { code: 0, stdout: "", stderr: "" }\n',
      '1:1 want: missing; expected a value',
    ],
    ['no output', 'want: {}\n', '1:1 output: missing; expected a map (`name: value`)'],
    [
      'a code that is none',
      CASE.replace('0', '"0"'),
      '2:11 output.code: expected a number, got a text; write it without quotes',
    ],
    [
      'a misspelt key of what is expected',
      `${CASE}expect: { probe: x, chnages: [] }\n`,
      '3:21 expect.chnages: unknown key; did you mean `changes`?',
    ],
    ['nothing', '', '1:1: expected a map (`name: value`), got nothing'],
    ['no YAML', 'want: {\n', 'a.yaml:2:1'],
  ])('a file with %s', (_, text, told) => {
    expect(() => casesOf(folder({ 'a.yaml': text }), file)).toThrow(told);
  });

  test('the mistakes of all files at once', () => {
    const path = folder({ 'a.yaml': `wnt: 1\n${CASE}`, 'b.yml': `pendng: []\n${CASE}`, 'c.yaml': CASE });
    expect(() => casesOf(path, file)).toThrow(
      `${join(path, 'a.yaml')}:1:1 wnt: unknown key; did you mean \`want\`?\n${join(path, 'b.yml')}:1:1 pendng: unknown key; did you mean \`pending\`?`,
    );
  });
});

test('an expectation that is missing is written, and then it holds', () => {
  const path = folder({ 'a.yaml': CASE, 'b.yml': CASE });
  const run = () => casesOf(path, file).map((each) => each.run());
  expect(run).toThrow('a.yaml had no expectation; it has now: read it, and run again');
  expect(run).toThrow('b.yml had no expectation');
  run();
});
