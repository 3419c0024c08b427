import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { completionScript, SHELLS } from '../../src/cli/completion/index.ts';
import { program } from '../../src/cli/program.ts';

const root = program(
  '1',
  () => Promise.reject(new Error('nothing is run here')),
  () => undefined,
);
const HIDDEN = ['run', 'names'];
const PROGRAM = fileURLToPath(new URL('../../bin/provision.js', import.meta.url));

/** What bash offers after these words, the last of which is being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `${completionScript(root, HIDDEN, 'bash')}
COMP_WORDS=(${PROGRAM} "$@"); COMP_CWORD=$#; _provision; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

const PROD = 'inventory/prod.yaml';

test.each([
  [['sta'], ['status']],
  [['plan', PROD, '--det'], ['--detailed-exitcode']],
  [['plan', '--output', 'p'], ['plain']],
  [['plan', '--output', '=', 'p'], ['plain']],
  [['logs', PROD, 'imap', '--fo'], ['--follow']],
  [[PROD, '--re'], ['--remount']],
  [['inventory/pro'], [PROD]],
  [['plan', 'inventory/pro'], [PROD]],
  [['plan', '--output', 'plain', 'inventory/pro'], [PROD]],
  [['secrets', 'e'], ['edit']],
  [['secrets', 'edit', 'inventory/pro'], [PROD]],
  [['completion', 'z'], ['zsh']],
  [['remove-stack', '--detailed'], []],
])('bash completes %j', (words, expected) => {
  expect(offered(...words)).toEqual(expected);
});

test.each([
  ['hosts', ['plan', PROD, '--limit', 'mail-']],
  ['hosts, before the inventory is complete', [PROD, '--limit', '']],
  ['the second of some hosts', ['plan', PROD, '--limit', 'mail-1,']],
  ['stages', ['plan', PROD, '--stage', 'storage/']],
  ['services', ['logs', PROD, '']],
])('bash offers %s of the inventory, and no files', (_what, words) => {
  const names = offered(...words);
  expect(names).toMatchSnapshot();
  expect(names.filter((name) => name.includes('.yaml'))).toEqual([]);
});

test('what has a value of any kind is offered nothing, and neither is a second inventory', () => {
  for (const words of [
    ['plan', PROD, '--user', ''],
    ['plan', PROD, ''],
    [PROD, ''],
    ['init', 'x.yaml', '--host', ''],
    // Names of an inventory that does not say which it is, or has a mistake.
    ['plan', '--limit', ''],
    ['plan', 'nosuch.yaml', '--limit', ''],
  ])
    expect({ words, offered: offered(...words) }).toEqual({ words, offered: [] });
});

test.each(SHELLS)('%s knows every verb, and no hidden one', (shell) => {
  const script = completionScript(root, HIDDEN, shell);
  for (const command of root.commands)
    if (!HIDDEN.includes(command.name())) expect(script).toContain(command.name());
  expect(script).not.toMatch(/\b(run|names)\)/);
});
