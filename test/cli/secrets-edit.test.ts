import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Edits the secrets of an inventory with this program, in sh; `$1` is what is decrypted. Gives where that was. */
function edit(program: string) {
  const folder = mkdtempSync(join(tmpdir(), 'provision-edit-'));
  const at = (name: string) => join(folder, name);
  writeFileSync(
    at('site.yaml'),
    `cluster: m\nage: { file: secrets.age, identity: ${at('age.txt')} }\nhosts: { a: { address: 192.0.2.1, swarm: { role: manager } } }\n`,
  );
  writeFileSync(
    at('editor'),
    `#!/bin/sh\nus=$(ps -o ppid= -p $PPID)\necho "$1" >${at('where')}\n${program}\n`,
    {
      mode: 0o755,
    },
  );
  const { status, stderr } = spawnSync('node', ['bin/provision.js', 'secrets', 'edit', at('site.yaml')], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, VISUAL: '', EDITOR: at('editor') },
  });
  const where = readFileSync(at('where'), 'utf8').trim();
  return { status, stderr, where, sealed: at('secrets.age') };
}

const SECRET = 'echo "pw: hunter2" >"$1"';

test('what is edited is encrypted, and its plain text is gone', () => {
  const { status, where, sealed } = edit(SECRET);
  expect(status).toBe(0);
  expect(existsSync(dirname(where))).toBe(false);
  expect(readFileSync(sealed, 'utf8')).not.toContain('hunter2');
});

test.each([
  ['killed', `${SECRET}; kill -9 $us; sleep 0.2`],
  ['told to end', `${SECRET}; kill -TERM $us; sleep 0.2`],
  ['left by its terminal', `${SECRET}; kill -HUP $us; sleep 0.2`],
  ['interrupted', `${SECRET}; kill -INT $us; sleep 0.2`],
  ['left by an editor that fails', `${SECRET}; exit 1`],
  ['left with what is no YAML', 'echo "pw: [" >"$1"'],
])('%s: nothing is encrypted, and no plain text is left', async (_what, program) => {
  const { status, where, sealed } = edit(program);
  expect(status).not.toBe(0);
  await expect.poll(() => existsSync(dirname(where)), { timeout: 5000 }).toBe(false);
  expect(existsSync(sealed)).toBe(false);
});
