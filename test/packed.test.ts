import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** npm runs it where a folder is linked (`npm link`, `npm rebuild`), which may be one that the packed file was unpacked into. */
test('an unpacked package that is linked keeps what was built: it has no sources to build anew', () => {
  const folder = mkdtempSync(join(tmpdir(), 'provision-packed-'));
  copyFileSync('package.json', join(folder, 'package.json'));
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist/index.js'), '');
  const { status, stderr } = spawnSync('npm', ['run', 'prepare'], { cwd: folder, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(existsSync(join(folder, 'dist/index.js'))).toBe(true);
});
