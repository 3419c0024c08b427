import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { MOUNT_MARK, mountFacts } from '../../src/facts/index.ts';
import { type Output, ProbeError, type Resource } from '../../src/resource/index.ts';
import type { Script } from '../../src/shell/index.ts';
import { kinds } from './kinds.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-dead-'));
const mounted = join(folder, 'mailu');

beforeAll(() => {
  mkdirSync(mounted);
  symlinkSync('nowhere', join(folder, 'link'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  mkdirSync(join(folder, 'units'));
  writeFileSync(join(folder, 'units/mailu.mount'), `${MOUNT_MARK}\n[Mount]\nWhere=${mounted}\n`);
  writeFileSync(join(bin, 'systemctl'), '#!/bin/sh\necho @1764000000\n', { mode: 0o755 });
});

/** Runs a script beside a file system of FUSE: its program is gone, as a client of GlusterFS that lost its servers, or never answers. */
function beside(shell: string, script: Script, program: 'gone' | 'silent' = 'gone'): Output {
  const mount = `exec 3<>/dev/fuse
mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none ${mounted} || exit 99
${program === 'gone' ? 'exec 3>&-' : ''}
exec ${shell} -s`;
  const { stdout, stderr, status } = spawnSync('unshare', ['-m', 'sh', '-c', mount], {
    input: script.reveal().replaceAll('/etc/systemd/system', join(folder, 'units')),
    encoding: 'utf8',
    env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, LC_ALL: 'C' },
  });
  return { code: status ?? 1, stdout, stderr };
}

function said(shell: string, kind: string, want: object): string {
  const resource = kinds[kind]?.(want as never) as Resource;
  const output = beside(shell, resource.probe);
  try {
    const { state } = resource.judge(output, { paths: new Set() });
    return `${kind} was looked at: ${state}`;
  } catch (error) {
    if (error instanceof ProbeError) return error.message;
    throw error;
  }
}

describe.each(['dash', 'bash'])('below a mount that has lost its servers, in %s', (shell) => {
  test.each([
    ['directory', { path: join(mounted, 'data') }],
    ['directory', { path: join(mounted, 'a/deeper/one') }],
    ['file', { path: join(mounted, 'data/file'), content: 'x' }],
    ['data-directory', { path: join(mounted, 'mail') }],
    ['data-directory', { path: mounted }],
    ['same-view', { path: join(mounted, '.provision/view'), content: 'x' }],
  ])('%s %o says what the system said', (kind, want) => {
    expect(said(shell, kind, want)).toMatch(/Transport endpoint is not connected$/);
  });

  test('the mount itself', () => {
    const want = {
      where: mounted,
      what: '192.0.2.1:/mailu',
      type: 'glusterfs',
      shownType: 'fuse.glusterfs',
      options: [],
    };
    expect(said(shell, 'mount', want)).toMatch(/does not answer: .*Transport endpoint is not connected$/);
  });

  test('a link above it that leads to nothing', () => {
    expect(said(shell, 'directory', { path: join(folder, 'link/data') })).toMatch(
      /\/link': No such file or directory$/,
    );
  });

  test('the facts', () => {
    const mounts = mountFacts.parse(beside(shell, mountFacts.script));
    const silent = expect.stringMatching(/Transport endpoint is not connected$/);
    expect(mounts).toMatchObject([{ where: mounted, freeBytes: undefined, silent }]);
  });
});

test('the facts, below a mount that never answers', () => {
  const mounts = mountFacts.parse(beside('sh', mountFacts.script, 'silent'));
  expect(mounts).toMatchObject([{ where: mounted, freeBytes: undefined, silent: 'no answer in 10 s' }]);
});
