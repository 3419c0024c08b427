import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../src/resource/index.ts';
import { block } from '../../src/resources/block.ts';
import { line } from '../../src/resources/line.ts';
import { hostsEntries } from '../../src/resources/machine/hosts-entries.ts';

const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']] as const;
/** Where busybox's own programs are first: its awk is another one. */
const busybox = mkdtempSync(join(tmpdir(), 'provision-busybox-'));
symlinkSync(spawnSync('sh', ['-c', 'command -v busybox']).stdout.toString().trim(), join(busybox, 'awk'));

function folder() {
  return mkdtempSync(join(tmpdir(), 'provision-edit-'));
}

/** Looks at once, and then applies all: what is wanted of one file in one stage. */
function stage(shell: readonly string[], resources: readonly Resource[]) {
  const run = (script: string) => {
    const PATH = shell[0] === 'busybox' ? `${busybox}:${process.env.PATH}` : process.env.PATH;
    const given = { input: script, env: { ...process.env, PATH, LC_ALL: 'C' } };
    const { status, stdout, stderr } = spawnSync(shell[0] as string, shell.slice(1), given);
    return { code: status ?? 255, stdout: stdout.toString(), stderr: stderr.toString() };
  };
  const judged = resources.map((resource) => ({
    resource,
    verdict: resource.judge(run(resource.probe.reveal()), { paths: new Set() }),
  }));
  for (const { verdict } of judged) {
    if (verdict.state !== 'observed') throw new Error(`it is ${verdict.state}`);
    if (verdict.changes.length === 0) continue;
    const steps = verdict.steps(() => {
      throw new Error('there are no references');
    });
    for (const { title, script } of steps) {
      // Where copies are remembered is a place of the system.
      const { code, stderr } = run(script.reveal().replaceAll('/var/lib/provision', `${busybox}/state`));
      expect({ title, code, stderr }).toEqual({ title, code: 0, stderr: '' });
    }
  }
}

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('in %s', (_, shell) => {
  test('two lines of one file are both in it after one stage', () => {
    const path = join(folder(), 'sshd_config');
    writeFileSync(path, 'a 1\n# between\nb 1\n');
    stage(shell, [line({ path, line: 'a 2', match: /^a / }), line({ path, line: 'b 2', match: /^b / })]);
    expect(readFileSync(path, 'utf8')).toBe('a 2\n# between\nb 2\n');
    stage(shell, [line({ path, line: 'c 1' }), line({ path, line: 'd 1' })]);
    expect(readFileSync(path, 'utf8')).toBe('a 2\n# between\nb 2\nc 1\nd 1\n');
  });

  test('the last of those that stand for the same is replaced, the others go, all else stays', () => {
    const path = join(folder(), 'file');
    writeFileSync(path, '#x 1\nx 1\n\n  x 2\\n &\nx 3\nend');
    chmodSync(path, 0o640);
    stage(shell, [line({ path, line: 'x 9 \\n & $HOME', match: /^#?x / })]);
    expect(readFileSync(path, 'utf8')).toBe('\n  x 2\\n &\nx 9 \\n & $HOME\nend\n');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test('bytes that are no UTF-8 stay as they are', () => {
    const path = join(folder(), 'file');
    const latin1 = Buffer.from([0x23, 0x20, 0xfc, 0xe4, 0x0a]);
    writeFileSync(path, Buffer.concat([latin1, Buffer.from('x 1\n')]));
    stage(shell, [line({ path, line: 'x 2', match: /^x / })]);
    expect(readFileSync(path)).toEqual(Buffer.concat([latin1, Buffer.from('x 2\n')]));
    stage(shell, [block({ path, content: '# ours\nü 1\n# end\n' })]);
    expect(readFileSync(path)).toEqual(Buffer.concat([latin1, Buffer.from('x 2\n# ours\nü 1\n# end\n')]));
  });

  test.each([
    ['no file', undefined, '# ours\na\n# end\n'],
    ['an empty file', '', '# ours\na\n# end\n'],
    ['theirs alone, without a last line break', 'x', 'x\n# ours\na\n# end\n'],
    ['ours between theirs', 'x\n# ours\nold\nold\n# end\ny\n', 'x\n# ours\na\n# end\ny\n'],
    ['a beginning without its end', '# ours\nx\ny\n', '# ours\nx\ny\n# ours\na\n# end\n'],
    [
      'a beginning without its end, and a whole one',
      '# ours\nx\n# ours\nb\n# end\ny\n',
      '# ours\nx\n# ours\na\n# end\ny\n',
    ],
    ['an end alone', 'x\n# end\n', 'x\n# end\n# ours\na\n# end\n'],
    ['an end before it', '# end\nx\n# ours\nb\n# end\n', '# end\nx\n# ours\na\n# end\n'],
  ])('a block and %s', (_what, before, after) => {
    const path = join(folder(), 'conf');
    if (before !== undefined) writeFileSync(path, before);
    stage(shell, [block({ path, content: '# ours\na\n# end\n' })]);
    expect(readFileSync(path, 'utf8')).toBe(after);
  });
});

test('a block in the place of a link keeps what the link led to', () => {
  const there = folder();
  writeFileSync(join(there, 'real'), 'theirs\n');
  symlinkSync('real', join(there, 'conf'));
  stage(SHELLS[0], [block({ path: join(there, 'conf'), content: '# ours\na\n# end\n' })]);
  expect(readFileSync(join(there, 'conf'), 'utf8')).toBe('theirs\n# ours\na\n# end\n');
});

test('/etc/hosts with bytes that are no UTF-8 is refused where it would be written, and left in peace where not', () => {
  const output = (rest: string) => ({
    code: 0,
    stdout: `644 root 0 root 0 regular file\n${rest}`,
    stderr: '',
  });
  const entry = { address: '192.0.2.1', names: ['mail-1'] };
  const judged = (entries: (typeof entry)[]) =>
    hostsEntries({ entries }).judge(output('127.0.0.1 localhost # f\uFFFDr uns\n'), { paths: new Set() });
  expect(judged([])).toMatchObject({ state: 'observed', changes: [] });
  expect(() => judged([entry])).toThrow('no UTF-8');
  const shown = spawnSync('sh', ['-c', "printf '\\374 x\\n' | cat -v"]).stdout.toString();
  expect(shown).toBe('M-| x\n');
});
