import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failIfHidden, lookBelow, readBarePoint } from '../../src/facts/index.ts';
import { type Script, sh } from '../../src/shell/index.ts';

/** A mount namespace of a user's own, in which another file system can be mounted. */
const inNamespace = (input: string, path: string) =>
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-s'], {
    input,
    encoding: 'utf8',
    env: { PATH: path, LC_ALL: 'C' },
  });
const cannot = inNamespace('mount -t tmpfs test /mnt', process.env.PATH ?? '').status !== 0;

/** A mount point on which nothing is mounted, with mail on what find(1) takes for another device, as it does a nested subvolume of btrfs. */
function withSubvolume(look: (where: Script) => Script) {
  const folder = mkdtempSync(join(tmpdir(), 'provision-bare-'));
  const where = join(folder, 'mailu');
  const bin = join(folder, 'bin');
  mkdirSync(join(where, 'mail'), { recursive: true });
  mkdirSync(bin);
  writeFileSync(join(bin, 'lsattr'), '#!/bin/sh\necho "---- $3"\n');
  chmodSync(join(bin, 'lsattr'), 0o755);
  const fill = sh`
    mount -t tmpfs test ${join(where, 'mail')} || exit
    echo mail >${join(where, 'mail/1')}`;
  return inNamespace(`${fill.shown}\n${look(sh`${where}`).shown}\n`, `${bin}:${process.env.PATH}`);
}

test.skipIf(cannot)('files in a nested subvolume are seen before something is mounted over them', () => {
  const { stdout, status } = withSubvolume(lookBelow);
  expect(status).toBe(0);
  expect(readBarePoint(stdout.split('\n'))).toMatchObject({ state: 'writable', files: 1, names: 'mail' });
});

test.skipIf(cannot)('nothing is mounted over them', () => {
  const { stderr, status } = withSubvolume(failIfHidden);
  expect(stderr).toMatch(/mailu is not empty: .*mail\/1/);
  expect(status).not.toBe(0);
});
