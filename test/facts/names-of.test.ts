import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NAMES_OF } from '../../src/facts/names-of.ts';

/** Lines of /proc/self/mountinfo: device, path inside of it, mount point. */
function names(shell: string, path: string, mounts: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'provision-names-'));
  const table = join(folder, 'mountinfo');
  writeFileSync(table, mounts.map((mount) => `1 0 ${mount} rw - x x rw\n`).join(''));
  const { stdout } = spawnSync(shell, ['-s', path], {
    input: `${NAMES_OF.reveal().replaceAll('/proc/self/mountinfo', table)}\nnames_of "$1" | cut -f 2-\n`,
    encoding: 'utf8',
  });
  return stdout.trimEnd().split('\n');
}
const ROOT = '8:1 / /';

describe.each(['dash', 'bash'])('the names of a directory, in %s', (shell) => {
  test.each<[string, string, readonly string[], readonly string[]]>([
    ['one', '/mailu/mail', [ROOT], ['/mailu/mail']],
    [
      'a bind mount of the same disk',
      '/mailu/mail',
      [ROOT, '8:1 /srv/mailu /mailu'],
      ['/mailu/mail', '/srv/mailu/mail'],
    ],
    [
      'what the bind mount is of',
      '/srv/mailu/mail',
      [ROOT, '8:1 /srv/mailu /mailu'],
      ['/srv/mailu/mail', '/mailu/mail'],
    ],
    [
      'a disk of its own, mounted twice',
      '/mailu',
      [ROOT, '8:2 / /mailu', '8:2 / /mnt/x'],
      ['/mailu', '/mnt/x'],
    ],
    [
      'what is in it, mounted elsewhere',
      '/mailu/mail',
      [ROOT, '8:1 /mailu/mail/example.org /srv/one', '8:1 /mailu/mail2 /srv/two'],
      ['/mailu/mail', '/srv/one'],
    ],
    [
      'another disk at the same path inside',
      '/mailu/mail',
      [ROOT, '8:2 / /mailu', '8:3 / /other'],
      ['/mailu/mail'],
    ],
    ['a subvolume', '/mailu', ['0:30 /@ /', '0:30 /@mail /mailu'], ['/mailu']],
    ['a name with a space', '/a b/mail', [ROOT, '8:1 /srv/x\\040y /a\\040b'], ['/a b/mail', '/srv/x y/mail']],
    [
      'a mount over a mount',
      '/mailu',
      [ROOT, '8:2 / /mailu', '8:3 / /mailu', '8:3 / /mnt'],
      ['/mailu', '/mnt'],
    ],
  ])('%s', (_, path, mounts, expected) => {
    expect(names(shell, path, mounts)).toEqual(expected);
  });

  test('a symbolic link', () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'provision-link-')));
    mkdirSync(join(folder, 'srv'));
    symlinkSync(join(folder, 'srv'), join(folder, 'mailu'));
    expect(names(shell, join(folder, 'mailu/mail'), [ROOT, `8:1 ${folder}/srv /bound`])).toEqual([
      join(folder, 'mailu/mail'),
      join(folder, 'srv/mail'),
      '/bound/mail',
    ]);
  });
});
