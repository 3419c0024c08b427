import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../src/resource/index.ts';
import { download } from '../../src/resources/download.ts';
import { line } from '../../src/resources/line.ts';
import { timer } from '../../src/resources/timer.ts';
import type { Script } from '../../src/shell/index.ts';

const { uid, gid } = userInfo();
const NEW = 'new\n';
const FETCHED = join(mkdtempSync(join(tmpdir(), 'provision-fetched-')), 'agent');
writeFileSync(FETCHED, NEW);

/** A machine that has its paths in a folder, programs that do nothing but say so, and a curl that gives one file. */
function machine(shell: string) {
  const folder = mkdtempSync(join(tmpdir(), 'provision-before-'));
  for (const name of ['bin', 'etc/systemd/system', 'var/lib'])
    mkdirSync(join(folder, name), { recursive: true });
  const program = (name: string, text: string) =>
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  program('curl', `while [ "$1" != -o ]; do shift; done; cp ${FETCHED} "$2"`);
  program('systemd-analyze', 'true');
  program('systemctl', "printf 'UnitFileState=enabled\\nActiveState=active\\nNeedDaemonReload=no\\n'");
  // As another user than root, nobody can be made its owner.
  program('chown', 'true');
  const run = (script: Script) => {
    const [command = '', ...args] = shell.split(' ');
    const { status, stdout, stderr } = spawnSync(command, [...args, '-s'], {
      input: script.reveal().replaceAll(/\/(var\/lib\/provision|etc\/systemd\/system)/g, `${folder}/$1`),
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, LC_ALL: 'C' },
    });
    return { code: status ?? 255, stdout, stderr };
  };
  /** Looks, does what is to be done, and gives the fields that were different. */
  const converge = (resource: Resource): readonly string[] => {
    const judged = resource.judge(run(resource.probe), { paths: new Set() });
    if (judged.state !== 'observed') throw new Error('not observed');
    for (const { script } of judged.steps((ref) => ref.pick(undefined) as never)) {
      const { code, stderr } = run(script);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
    return judged.changes.map(({ field }) => field);
  };
  return { at: (path: string) => join(folder, path), converge };
}

const read = (path: string) => readFileSync(path, 'utf8');
const KEPT = '.before-provision';

describe.each(['dash', 'bash', 'busybox sh'])(
  'with %s, of what somebody else has written a copy is kept once',
  (shell) => {
    test('a file that is fetched over it', () => {
      const { at, converge } = machine(shell);
      const path = at('etc/agent');
      const sha256 = createHash('sha256').update(NEW).digest('hex');
      const want = () =>
        download({ path, url: 'https://example.org/agent', sha256, owner: String(uid), group: String(gid) });
      writeFileSync(path, 'theirs\n', { mode: 0o644 });
      expect(converge(want())).toEqual(['sha256', 'copy']);
      expect([read(path), read(path + KEPT)]).toEqual([NEW, 'theirs\n']);
      writeFileSync(path, 'by hand\n');
      expect(converge(want())).toEqual(['sha256']);
      expect([read(path), read(path + KEPT)]).toEqual([NEW, 'theirs\n']);
      expect(converge(want())).toEqual([]);
    });

    test('nothing of a file that was first written by us', () => {
      const { at, converge } = machine(shell);
      const path = at('etc/agent');
      const sha256 = createHash('sha256').update(NEW).digest('hex');
      const want = () =>
        download({ path, url: 'https://example.org/agent', sha256, owner: String(uid), group: String(gid) });
      expect(converge(want())).toEqual(['sha256']);
      writeFileSync(path, 'another version\n');
      expect(converge(want())).toEqual(['sha256']);
      expect(existsSync(path + KEPT)).toBe(false);
    });

    test('a file of which a line is changed', () => {
      const { at, converge } = machine(shell);
      const path = at('etc/app.conf');
      writeFileSync(path, 'a 1\nb 1\n');
      const want = () => line({ path, line: 'b 2', match: /^b / });
      expect(converge(want())).toEqual(['line', 'copy']);
      expect([read(path), read(path + KEPT)]).toEqual(['a 1\nb 2\n', 'a 1\nb 1\n']);
      writeFileSync(path, 'a 2\nb 3\n');
      expect(converge(want())).toEqual(['line']);
      expect([read(path), read(path + KEPT)]).toEqual(['a 2\nb 2\n', 'a 1\nb 1\n']);
      expect(converge(want())).toEqual([]);
    });

    test('the units of a timer', () => {
      const { at, converge } = machine(shell);
      const service = at('etc/systemd/system/backup.service');
      writeFileSync(service, '[Service]\nExecStart=/root/backup\n', { mode: 0o644 });
      const want = () => timer({ name: 'backup', exec: '/usr/bin/backup', at: 'daily' });
      // Owners are told by number or name: here they are whoever runs the test.
      const content = (fields: readonly string[]) =>
        fields.filter((field) => !/ (owner|group|mode)$/.test(field));
      expect(content(converge(want()))).toEqual(['service', 'service copy', 'timer']);
      expect(read(service + KEPT)).toContain('/root/backup');
      expect(existsSync(at(`etc/systemd/system/backup.timer${KEPT}`))).toBe(false);
      writeFileSync(service, 'by hand\n');
      expect(content(converge(want()))).toEqual(['service']);
      expect(read(service + KEPT)).toContain('/root/backup');
    });
  },
);
