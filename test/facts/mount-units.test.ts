import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MOUNT_MARK, type MountFact, mountFacts } from '../../src/facts/index.ts';

/** A host whose mount units, all ours, are mounted; what systemd says of them is the test's. */
function mounts(shell: string, systemctl: string, units: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'provision-mounts-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  mkdirSync(join(folder, 'units'));
  const commands = {
    systemctl,
    findmnt: 'case "$*" in *SOURCE*) echo "lab:/mail fuse.glusterfs" ;; *) exit 1 ;; esac',
    df: "printf '%s\\n' 'Filesystem 1024-blocks Used Available' 'lab:/mail 100 60 40'",
  };
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  for (const [name, where] of Object.entries(units)) {
    const path = join(folder, 'units', name);
    writeFileSync(path, `${MOUNT_MARK}\n[Mount]\nWhere=${where}\n`);
    const written = new Date('2026-11-23T10:00:00Z');
    utimesSync(path, written, written);
  }
  const { stdout, stderr, status } = spawnSync(shell, ['-s'], {
    input: mountFacts.script.reveal().replaceAll('/etc/systemd/system', join(folder, 'units')),
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}`, LC_ALL: 'C' },
  });
  return mountFacts.parse({ code: status ?? 255, stdout, stderr }) as readonly MountFact[];
}

const since = (id: string, time: string) =>
  `printf '%s\\n' 'Where=/x' 'ActiveState=active' 'Id=${id}' 'ActiveEnterTimestamp=${time}' ''`;

describe.each(['dash', 'bash'])('mounts of our own units, in %s', (shell) => {
  test('each is told by its own time, whatever its name has in it', () => {
    const said = [
      since('srv-a\\x2db.mount', 'Mon 2026-11-23 09:59:59.500000 UTC'),
      since('srv-a.mount', 'Mon 2026-11-23 10:00:00.500000 UTC'),
    ].join('\n');
    const found = mounts(shell, said, { 'srv-a\\x2db.mount': '/srv/a-b', 'srv-a.mount': '/srv/a' });
    expect(found.map(({ where, outdated, freeBytes }) => ({ where, outdated, freeBytes }))).toEqual([
      { where: '/srv/a', outdated: false, freeBytes: 40960 },
      { where: '/srv/a-b', outdated: true, freeBytes: 40960 },
    ]);
  });

  test('one of which systemd does not know since when is not called outdated', () => {
    const [found] = mounts(shell, since('srv.mount', ''), { 'srv.mount': '/srv' });
    expect(found?.outdated).toBe(false);
  });

  test('systemd that does not answer has not said that nothing is mounted', () => {
    const silent = 'echo "Failed to connect to bus" >&2; exit 1';
    expect(() => mounts(shell, silent, { 'srv.mount': '/srv' })).toThrow('could not look');
    // A machine that systemd does not run has no such unit.
    expect(mounts(shell, silent, {})).toEqual([]);
  });
});
