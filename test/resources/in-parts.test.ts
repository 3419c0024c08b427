import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { inParts } from '../../src/resource/index.ts';
import { raw, type Script, sh } from '../../src/shell/index.ts';

function told<Name extends string>(parts: Readonly<Record<Name, Script>>) {
  const { script, parse } = inParts(parts, (said, { code, stderr }) => ({ said, code, stderr }));
  return ['dash', 'bash'].map((shell) => {
    const { status, stdout, stderr } = spawnSync(shell, ['-s'], { input: script.reveal(), encoding: 'utf8' });
    return parse({ code: status ?? 1, stdout, stderr });
  });
}

describe('a question in parts', () => {
  test.each([
    ['lines', 'one\ntwo\n'],
    ['nothing', ''],
    ['an empty line', '\n'],
    ['empty lines at the end', 'one\n\n\n'],
    ['a last line that does not end', 'one\ntwo'],
    ['a space at the beginning', ' one\n  two\n'],
    ['what looks like the name of another part', '== last\n one\n'],
    ['a backslash alone', '\\\n'],
    ['a backslash at the end of a line that does not end', 'one\n\\'],
    ['a dot', '.\n'],
    ['a dot that does not end', '.'],
  ])('%s', (_, text) => {
    for (const one of told({ first: sh`printf %s ${text}`, last: sh`echo end` }))
      expect(one).toEqual({ said: { first: text, last: 'end\n' }, code: 0, stderr: '' });
  });

  test('a part that fails is the last that is asked, and its code is that of the whole', () => {
    const parts = { first: sh`echo one`, second: sh`echo two; echo why >&2; exit 67`, last: sh`echo end` };
    for (const one of told(parts))
      expect(one).toEqual({ said: { first: 'one\n', second: '', last: '' }, code: 67, stderr: 'why\n' });
  });

  test('an answer that lacks a part is never taken for one in which there is nothing', () => {
    const { parse } = inParts({ first: sh`echo one`, last: sh`echo end` }, (said) => said);
    expect(() => parse({ code: 0, stdout: '== first\n one\n', stderr: '' })).toThrow('has no part `last`');
    expect(() => parse({ code: 0, stdout: 'one\nend\n', stderr: '' })).toThrow('has no part `first`');
    expect(parse({ code: 66, stdout: '== first\n one\n', stderr: '' })).toEqual({ first: 'one\n', last: '' });
  });

  test('a part leaves nothing to the next but what it has printed', () => {
    for (const one of told({ first: sh`cd /; value=1; exit 0`, last: raw('echo "$value"; pwd') }))
      expect(one).toEqual({ said: { first: '', last: `\n${process.cwd()}\n` }, code: 0, stderr: '' });
  });
});
