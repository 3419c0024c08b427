import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applyFrame, observeFrame, readFrame } from '../../src/engine/frame.ts';
import { Hold } from '../../src/engine/hold.ts';
import { raw, type Script } from '../../src/shell/index.ts';
import { localTransport } from '../../src/transport/local.ts';
import type { ScriptOptions } from '../../src/transport/transport.ts';
import { at, Holder, NONCE, newLock, SHELLS } from './holder.ts';

describe.each(SHELLS)('the file of a lock under %s', (_, shell) => {
  const [program = '', ...options] = shell;
  const through = (script: Script) => {
    const { stdout, stderr } = spawnSync(program, options, { input: script.reveal(), encoding: 'utf8' });
    return readFrame({ code: 0, stdout, stderr }, NONCE, [raw('true')]);
  };
  const asked = (lock: string) => through(at(lock, observeFrame([raw('true')], NONCE))).run;
  const changed = (lock: string) =>
    through(at(lock, applyFrame([raw(`: >${lock}.changed`)], NONCE, 'run one', 'one')));

  test('is believed while its holder lives', async () => {
    const lock = newLock();
    const one = new Holder(shell, lock, 'one');
    expect(await one.said()).toBe(0);
    expect(asked(lock)).toEqual({ token: 'one', holder: expect.stringMatching(/^run one since /) });
    one.child.kill('SIGSTOP');
    expect(asked(lock)).toMatchObject({ token: 'one' });
    one.child.kill('SIGCONT');
    expect(changed(lock)).toMatchObject({ lost: false, parts: [{ code: 0 }] });
    one.end();
    expect(await one.ended(2)).toBe(true);
    expect(asked(lock)).toBeUndefined();
  });

  test('is not believed where its process is another by now', async () => {
    const lock = newLock();
    const one = new Holder(shell, lock, 'one');
    expect(await one.said()).toBe(0);
    one.child.kill('SIGKILL');
    await once(one.child, 'exit');
    const [token, , ...rest] = readFileSync(`${lock}.run`, 'utf8').split('\n');
    writeFileSync(`${lock}.run`, [token, process.pid, ...rest].join('\n'));
    expect(asked(lock)).toBeUndefined();
    expect(changed(lock)).toMatchObject({ lost: true, parts: [undefined] });
    expect(existsSync(`${lock}.changed`)).toBe(false);
    const two = new Holder(shell, lock, 'two');
    expect(await two.said()).toBe(0);
    two.end();
  });

  test('is not believed where its process has ended and nobody has asked how', async () => {
    const lock = newLock();
    // Its parent does not wait for it: a process that has ended and is still in the list.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: 'pipe' });
    const [data] = await once(parent.stdout, 'data');
    const pid = Number(String(data));
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    writeFileSync(`${lock}.run`, `one\n${pid}\nrun one\n1\n${stat[19]}\n`);
    expect(asked(lock)).toMatchObject({ token: 'one' });
    process.kill(pid);
    while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) spawnSync('sleep', ['0.05']);
    expect(asked(lock)).toBeUndefined();
    parent.kill();
  });

  test.each([
    ['an older version has left', `one\n${process.pid}\nrun one since 10:00:00Z\n123\n`],
    ['somebody has written', 'hello\n'],
    ['is empty', ''],
    ['has no process', 'one\n\n\n\n\n'],
    ['names no process', `one\n../self\nrun one\n1\n\n`],
  ])('that %s is not believed, and in nobody’s way', async (_, text) => {
    const lock = newLock();
    writeFileSync(`${lock}.run`, text);
    expect(asked(lock)).toBeUndefined();
    expect(changed(lock)).toMatchObject({ lost: true });
    const one = new Holder(shell, lock, 'one');
    expect(await one.said()).toBe(0);
    expect(asked(lock)).toMatchObject({ token: 'one' });
    one.end();
  });

  test('a run of an older version that has the host is told to the next', async () => {
    const lock = newLock();
    const old = spawn('sh', [
      '-c',
      `exec 8>>${lock}.run; flock 8; printf 'old\\n%s\\nrun old\\n1\\n' $$ >&8; echo; sleep 4`,
    ]);
    await once(old.stdout, 'data');
    const one = new Holder(shell, lock, 'one');
    expect(await one.said()).toBe(75);
    expect(one.lock?.text).toMatch(/^\d+ run old$/);
    old.kill();
  });

  test('a holder whose file was taken away, and which ends late, leaves the next one’s alone', async () => {
    const lock = newLock();
    const one = new Holder(shell, lock, 'one');
    expect(await one.said()).toBe(0);
    one.child.kill('SIGSTOP');
    rmSync(`${lock}.run`);
    const two = new Holder(shell, lock, 'two');
    expect(await two.said()).toBe(0);
    two.beat();
    expect(changed(lock)).toMatchObject({ lost: true });
    one.end();
    one.child.kill('SIGCONT');
    expect(await one.ended(2)).toBe(true);
    expect(asked(lock)).toMatchObject({ token: 'two' });
    two.end();
  });

  test('one that cannot be written is said to be so, and nothing is held', async () => {
    const lock = newLock();
    symlinkSync('/dev/full', `${lock}.run`);
    const one = new Holder(shell, lock, 'one');
    expect(await one.said()).toBe(78);
    expect(one.stderr).toContain('No space left on device');
    renameSync(`${lock}.run`, `${lock}.full`);
    const two = new Holder(shell, lock, 'two');
    expect(await two.said()).toBe(0);
    two.end();
    one.end();
  });

  test('changes say where the lock of scripts cannot be written, and change nothing', async () => {
    const lock = newLock();
    const one = new Holder(shell, lock, 'one');
    expect(await one.said()).toBe(0);
    rmSync(lock);
    symlinkSync('/dev/full', lock);
    expect(changed(lock)).toMatchObject({
      unwritable: expect.stringContaining('No space left on device'),
      lost: false,
      parts: [undefined],
    });
    one.end();
  });
});

const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

/** Takes a host whose /run is prepared so, in a place of its own. */
async function taken(prepare: string) {
  const local = localTransport('here');
  const inside = (text: string) =>
    `exec unshare -rm sh -c '${prepare}; exec sh -s' <<'END-OF-SCRIPT'\n${text}\nEND-OF-SCRIPT\n`;
  const transport = {
    ...local,
    run: (script: Script, options?: ScriptOptions) => local.run(script.map(inside), options),
  };
  const given = { token: 'one', holder: 'run one', fragments: [], patience: 5000 };
  const hold = new Hold(transport, { ...given, abort: new AbortController().signal });
  return hold.taken();
}

describe.skipIf(!canMount)('where /run is', () => {
  test('full, the run is told so', async () => {
    const full =
      'mount -t tmpfs -o size=8k none /run && : >/run/provision.lock.run; head -c 9000 /dev/zero >/run/x';
    await expect(taken(`${full} 2>/dev/null`)).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/provision\.lock\.run.*full/),
      fix: [expect.stringContaining('df -h')],
    });
  });

  test('without a file to spare, the run is told so', async () => {
    const full = 'mount -t tmpfs -o nr_inodes=2 none /run && : >/run/x';
    await expect(taken(full)).rejects.toMatchObject({ code: 'disk-full' });
  });

  test('read-only, the run is told so', async () => {
    await expect(taken('mount -t tmpfs -o ro none /run')).rejects.toMatchObject({
      code: 'read-only',
      fix: [expect.stringContaining('findmnt')],
    });
  });

  test('writable, it is taken', async () => {
    expect(await taken('mount -t tmpfs none /run')).toEqual({ kind: 'held' });
  });
});
