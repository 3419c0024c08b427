import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isSameSource, lookAtSource, readSources } from '../../src/resources/mount-source.ts';

/** What is told of /mailu on a host with this fstab and this unit, where nothing is mounted. */
function sources(shell: string, fstab: string, unit: string | undefined, what = 'nas.example.org:/vol') {
  const folder = mkdtempSync(join(tmpdir(), 'provision-source-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(folder, 'fstab'), fstab);
  if (unit !== undefined) writeFileSync(join(folder, 'mailu.mount'), unit);
  const command = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  command('getent', 'case $2 in nas | nas.example.org) echo "192.0.2.5 STREAM" ;; *) exit 2 ;; esac');
  const findmnt = spawnSync('sh', ['-c', 'command -v findmnt'], { encoding: 'utf8' }).stdout.trim();
  command(
    'findmnt',
    `case $* in *--fstab*) exec ${findmnt} --tab-file ${join(folder, 'fstab')} -rn -o SOURCE,FSTYPE,OPTIONS --mountpoint /mailu ;; esac; exit 1`,
  );
  const { stdout, stderr } = spawnSync(shell, ['-s'], {
    input: lookAtSource('/mailu', what, join(folder, 'mailu.mount'), 10).reveal(),
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}`, LC_ALL: 'C' },
  });
  expect(stderr).toBe('');
  return readSources(stdout.split('\n'));
}

describe.each(['dash', 'bash'])('what is to be mounted, asked in %s', (shell) => {
  test('by fstab: tags, tabs, comments, the last line that counts', () => {
    const fstab =
      '# nas:/old /mailu nfs\n\nLABEL=a\t/other\\040one\text4 defaults 0 0\nUUID=1-2  /mailu\text4\tnofail 0 2\n';
    expect(sources(shell, fstab, undefined)).toMatchObject({
      mounted: null,
      unit: null,
      fstab: { source: 'UUID=1-2', type: 'ext4' },
    });
    expect(sources(shell, 'UUID=1 /mailu ext4 noauto 0 0', undefined).fstab).toBeNull();
  });

  test('by a unit, whose server is known by another name', () => {
    const { unit } = sources(shell, '', '[Mount]\nWhat = nas:/vol\nWhere=/mailu\nType=nfs4\n');
    expect(unit).toMatchObject({ source: 'nas:/vol', type: 'nfs4', options: '-' });
    expect(unit && isSameSource('nas.example.org:/vol', [], unit)).toBe(true);
    expect(unit && isSameSource('nas.example.org:/other', [], unit)).toBe(false);
  });
});
