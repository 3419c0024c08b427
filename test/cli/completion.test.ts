import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { completionScript, SHELLS } from '../../src/cli/completion.ts';
import { program } from '../../src/cli/program.ts';

const root = program(
  '1',
  () => Promise.reject(new Error('nothing is run here')),
  () => undefined,
);

/** What bash offers after these words, the last of which is being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `${completionScript(root, 'bash')}
COMP_WORDS=(provision "$@"); COMP_CWORD=$#; _provision; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

test.each([
  [['sta'], ['status']],
  [['plan', 'inventory/prod.yaml', '--det'], ['--detailed-exitcode']],
  [['plan', '--output', 'p'], ['plain']],
  [['logs', 'inventory/prod.yaml', 'imap', '--fo'], ['--follow']],
  [['inventory/prod.yaml', '--re'], ['--remount']],
  [['inventory/pro'], ['inventory/prod.yaml']],
  [['remove-stack', '--detailed'], []],
])('bash completes %j', (words, expected) => {
  expect(offered(...words)).toEqual(expected);
});

test.each(SHELLS)('%s knows every verb, and no hidden one', (shell) => {
  const script = completionScript(root, shell);
  for (const command of root.commands) if (command.name() !== 'run') expect(script).toContain(command.name());
  expect(script).not.toMatch(/\brun\)/);
});
