import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { applyFrame, observeFrame, partsOf, readFrame } from '../../src/engine/frame.ts';
import { FrameReader } from '../../src/engine/frame-reader.ts';
import { raw, type Script, sh, shared } from '../../src/shell/index.ts';

const NONCE = 'provision-0123456789abcdef';
const SHELLS: readonly (readonly [string, readonly string[]])[] = [
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
];

/** When this process began (proc(5)), and what a host keeps that it holds for a run. */
const START = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ')[19];
const HELD = `ours\n${process.pid}\nme\n1\n${START}\n`;

/** So many fragments that share nothing. */
const any = (count: number) => Array.from({ length: count }, () => raw('true'));

function through([program, ...options]: readonly string[], script: string) {
  const { status, stdout, stderr } = spawnSync(program ?? '', options, { input: script });
  return { code: status ?? 255, stdout: stdout.toString(), stderr: stderr.toString() };
}

describe.each(SHELLS)('%s', (_, shell) => {
  test('keeps fragments apart: output, exit codes, variables, stdin', () => {
    const fragments = [
      raw('x=1; echo "one"; echo bad >&2; exit 3'),
      raw('echo "x=$x"; cat; printf "no line break"'),
      raw('false'),
      raw('echo "  spaces  "; echo'),
    ];
    const { parts, began } = readFrame(
      through(shell, observeFrame(fragments, NONCE).reveal()),
      NONCE,
      fragments,
    );
    expect(began).toBe(true);
    expect(parts).toEqual([
      { code: 3, stdout: 'one\n', stderr: 'bad\n' },
      { code: 0, stdout: 'x=\nno line break', stderr: '' },
      { code: 1, stdout: '', stderr: '' },
      { code: 0, stdout: '  spaces  \n\n', stderr: '' },
    ]);
  });

  test('what fragments share is asked once, before the first of them, and told to each', () => {
    const asked = `/tmp/provision-shared-${process.pid}`;
    const ask = (name: string, text: string) => shared(name, sh`echo x >>${asked}; ${raw(text)}`);
    const engine = ask('engine', 'cat; echo "is  there"; echo; echo grumbles >&2');
    const info = shared('info', sh`${engine} || exit; echo x >>${asked}; echo info; exit 3`);
    const silent = ask('silent', 'echo why not >&2; exit 91');
    const fragments = [
      sh`echo first`,
      sh`said=$(${info}); echo "$? $said"; x=1`,
      sh`${engine}; echo "x=$x"; cat`,
      sh`${silent} || exit; echo never`,
      sh`${silent}; ${engine} | wc -l`,
    ];
    writeFileSync(asked, '');
    const script = observeFrame(fragments, NONCE);
    expect(script.shared.size).toBe(0);
    const { parts } = readFrame(through(shell, script.reveal()), NONCE, fragments);
    expect(parts).toEqual([
      { code: 0, stdout: 'first\n', stderr: '' },
      { code: 0, stdout: '3 is  there\ninfo\n', stderr: 'grumbles\n' },
      { code: 0, stdout: 'is  there\nx=\n', stderr: 'grumbles\n' },
      { code: 91, stdout: '', stderr: 'why not\n' },
      { code: 0, stdout: '1\n', stderr: 'why not\ngrumbles\n' },
    ]);
    expect(readFileSync(asked, 'utf8')).toBe('x\nx\nx\n');
  });

  test('a step that shares a question asks it itself: what steps before it have done is in the answer', () => {
    const lock = `/tmp/provision-frame-${process.pid}`;
    const file = `${lock}.file`;
    writeFileSync(`${lock}.run`, HELD);
    writeFileSync(file, 'before');
    const seen: Script = sh`${shared('content', sh`cat ${file}`)}`;
    const script = applyFrame([seen, sh`printf after >${file}`, seen], NONCE, 'me', 'ours')
      .reveal()
      .replaceAll('/run/provision.lock', lock);
    const { parts } = readFrame(through(shell, script), NONCE, any(3));
    expect(parts.map((part) => part?.stdout)).toEqual(['before\n', '', 'after\n']);
  });

  test('a script that arrives cut off runs nothing', () => {
    const whole = observeFrame([raw('echo ran')], NONCE).reveal();
    for (const length of [whole.length - 3, whole.length - 12, Math.floor(whole.length / 2)])
      expect(through(shell, whole.slice(0, length)).stdout).not.toContain('ran');
  });

  test('Docker is asked on the host itself, whatever whoever logs in there has set', () => {
    const set = [
      'DOCKER_HOST=ssh://other',
      'DOCKER_CONTEXT=other',
      'DOCKER_TLS_VERIFY=1',
      'DOCKER_API_VERSION=1.24',
    ];
    const script = `export ${set.join(' ')}\n${observeFrame([raw('env | grep ^DOCKER_')], NONCE).reveal()}`;
    const [part] = readFrame(through(shell, script), NONCE, any(1)).parts;
    expect(part?.stdout).toBe('DOCKER_CONTEXT=default\n');
  });

  test('what a login shell prints before is dropped', () => {
    const result = through(shell, observeFrame([raw('echo answer')], NONCE).reveal());
    const { parts } = readFrame({ ...result, stdout: `Welcome!\nnews${result.stdout}` }, NONCE, any(1));
    expect(parts).toEqual([{ code: 0, stdout: 'answer\n', stderr: '' }]);
  });

  test('changes stop at the first failure', () => {
    const lock = `/tmp/provision-frame-${process.pid}`;
    const script = applyFrame([raw('echo 1'), raw('exit 4'), raw('echo 3')], NONCE, 'me', 'ours')
      .reveal()
      .replaceAll('/run/provision.lock', lock);
    writeFileSync(`${lock}.run`, HELD);
    const { parts, lockedBy, lost } = readFrame(through(shell, script), NONCE, any(3));
    expect({ lockedBy, lost }).toEqual({ lockedBy: undefined, lost: false });
    expect(parts.map((part) => part?.code)).toEqual([0, 4, undefined]);
  });

  test('nothing more is begun where nobody hears, and signals are ignored', async () => {
    const { lock, script } = heldBy('sleep 0.3', `: >"$began"`);
    const began = `${lock}.began`;
    const [program = '', ...options] = shell;
    const command = ['-c', 'trap "" PIPE; exec "$@"', 'sh', program, ...options];
    const running = spawn('sh', command, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, began } });
    running.stdin.end(script);
    await once(running.stdout, 'data');
    running.stdout.destroy();
    running.stderr.destroy();
    await once(running, 'exit');
    expect(existsSync(began)).toBe(false);
  });

  test.each([
    ['another run has the host', HELD.replace('ours', 'other')],
    ['the process that held it is gone', `ours\n4194304\nme\n1\n${START}\n`],
    ['nobody holds it', ''],
  ])('nothing is changed where %s', (_, held) => {
    const lock = `/tmp/provision-frame-${process.pid}`;
    writeFileSync(`${lock}.run`, held);
    const script = applyFrame([raw('echo 1')], NONCE, 'me', 'ours')
      .reveal()
      .replaceAll('/run/provision.lock', lock);
    const { parts, lost } = readFrame(through(shell, script), NONCE, any(1));
    expect({ parts, lost }).toEqual({ parts: [undefined], lost: true });
  });

  test('what has begun stops after its present step where the host is lost meanwhile', () => {
    const lock = `/tmp/provision-frame-${process.pid}`;
    writeFileSync(`${lock}.run`, HELD);
    const script = applyFrame([raw(`echo other >${lock}.run`), raw('echo 2')], NONCE, 'me', 'ours')
      .reveal()
      .replaceAll('/run/provision.lock', lock);
    const { parts, lost } = readFrame(through(shell, script), NONCE, any(2));
    expect(parts.map((part) => part?.code)).toEqual([0, undefined]);
    expect(lost).toBe(true);
  });

  test('what a step leaves running does not hold the lock of scripts', () => {
    const { lock, script } = heldBy('sleep 5 >/dev/null 2>&1 & echo left');
    const { parts } = readFrame(through(shell, script), NONCE, any(1));
    expect({ parts, free: isFree(lock) }).toEqual({
      parts: [{ code: 0, stdout: 'left\n', stderr: '' }],
      free: true,
    });
  });

  test('a step leaves nothing running that ignores a signal', () => {
    const { script } = heldBy('sh -c "sed -n s/SigIgn:.//p /proc/self/status"');
    const [part] = readFrame(through(shell, script), NONCE, any(1)).parts;
    const [hangUp, interrupt, terminate] = [1n, 2n, 0x4000n];
    expect(BigInt(`0x${part?.stdout.trim()}`) & (hangUp | interrupt | terminate)).toBe(0n);
  });

  test('a step whose script was killed holds the lock of scripts until it ends', async () => {
    const { lock, script } = heldBy('echo begun >"$began"; sleep 1; true');
    const began = `${lock}.began`;
    const [program = '', ...options] = shell;
    const running = spawn(program, options, { stdio: ['pipe', 'ignore', 'ignore'], env: { began } });
    running.stdin.end(script);
    while (!existsSync(began)) await sleep(20);
    running.kill('SIGKILL');
    await once(running, 'exit');
    expect(isFree(lock)).toBe(false);
    while (!isFree(lock)) await sleep(50);
  });
});

/** A script of changes with these steps, on a host that is held for its run. */
function heldBy(...steps: readonly string[]) {
  const lock = join(mkdtempSync(join(tmpdir(), 'provision-frame-')), 'lock');
  writeFileSync(`${lock}.run`, HELD);
  const text = applyFrame(steps.map(raw), NONCE, 'me', 'ours').reveal();
  return { lock, script: text.replaceAll('/run/provision.lock', lock) };
}

const isFree = (lock: string) => spawnSync('flock', ['-n', lock, 'true']).status === 0;

test('output is followed line by line, wherever chunks end', () => {
  const seen: string[] = [];
  const reader = new FrameReader(NONCE, {
    line: (index, text) => seen.push(`${index}: ${text}`),
    end: (index, code) => seen.push(`${index} ended ${code}`),
  });
  const text = `noise\n\n${NONCE} start 0\n\n${NONCE} lock 0\nfirst\nline\n\n${NONCE} 0 0\nsecond\n\n${NONCE} 1 7\n`;
  for (const char of text) reader.add(char);
  expect(seen).toEqual(['0: first', '0: line', '0 ended 0', '1: second', '1 ended 7']);
  expect(reader.parts).toEqual(partsOf(text, NONCE));
});

test('of 80 MB that a step prints some thousand lines are handed on, and its last words are kept', () => {
  let [lines, longest] = [0, 0];
  const reader = new FrameReader(NONCE, {
    line: (_index, text) => {
      lines++;
      longest = Math.max(longest, text.length);
    },
    end: () => undefined,
  });
  reader.add(`\n${NONCE} lock 0\n`);
  const chunk = `${'x'.repeat(79)}\n`.repeat(400);
  for (let sent = 0; sent < 80e6; sent += chunk.length) reader.add(chunk);
  reader.add(`the last words\n\n${NONCE} 0 1\n`);
  // As much in one line.
  for (let sent = 0; sent < 80e6; sent += chunk.length) reader.add(chunk.replaceAll('\n', ' '));
  reader.add(`\nthe end\n\n${NONCE} 1 0\n`);
  expect(reader.parts.get('0')?.text.length).toBeLessThan(70_000);
  expect(reader.parts.get('0')?.text).toMatch(/x\nthe last words\n$/);
  expect(reader.parts.get('1')).toEqual({ code: 0, text: '… a line of 80000000 characters\nthe end\n' });
  expect({ lines, longest }).toEqual({ lines: 5003, longest: 79 });
});

test('the holder of the lock is quoted', () => {
  expect(applyFrame([], NONCE, "it's me", 'ours').reveal()).toContain(sh`${"it's me"}`.reveal());
});
