import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MOUNT_MARK, mountFacts } from '../../src/facts/index.ts';
import { glusterBrick } from '../../src/resources/gluster/brick.ts';

const ID = '7370e8d8-4c25-4620-ab82-864bda143f93';

/** Runs a script on a host with these commands, whose units are in a folder. */
function run(shell: string, script: string, commands: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'provision-automount-'));
  const bin = join(folder, 'bin');
  for (const path of [bin, join(folder, 'units'), join(folder, 'brick/.glusterfs')])
    mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, 'units/mailu.mount'), `${MOUNT_MARK}\n[Mount]\nWhere=/mailu\n`);
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const { stdout, stderr, status } = spawnSync(shell, ['-s'], {
    input: script
      .replaceAll('/srv/brick', join(folder, 'brick'))
      .replaceAll('/etc/systemd/system', join(folder, 'units')),
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}`, LC_ALL: 'C' },
  });
  return { code: status ?? 1, stdout, stderr };
}

// `x-systemd.automount` leaves two file systems at one place, and findmnt(8) names both.
describe.each(['dash', 'bash'])('what systemd mounts when it is first needed, in %s', (shell) => {
  test('the disk of a brick', () => {
    const brick = glusterBrick({ path: '/srv/brick', volumeId: ID });
    const output = run(shell, brick.probe.reveal(), {
      findmnt: 'printf "/srv\\n/srv\\n"',
      getfattr: 'echo mark',
      od: `cat >/dev/null; echo ' ${ID.replaceAll('-', '')}'`,
    });
    expect(brick.judge(output, { paths: new Set() })).toMatchObject({ state: 'observed', changes: [] });
  });

  test('the shared storage', () => {
    const output = run(shell, mountFacts.script.reveal(), {
      findmnt: 'printf "systemd-1 autofs\\n192.0.2.5:/srv nfs4\\n"',
      df: 'printf "File system\\nnfs 9 5 4 1 /mailu\\n"',
      systemctl: 'echo "Mon 2026-01-05 10:00:00 UTC"',
      unshare: 'echo Bare=immutable',
    });
    expect(mountFacts.parse(output)).toMatchObject([
      { where: '/mailu', source: '192.0.2.5:/srv', type: 'nfs4' },
    ]);
  });
});
