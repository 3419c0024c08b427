import { expect, test } from 'vitest';
import { StepFailed } from '../../src/engine/index.ts';
import { cleaned, cleanText } from '../../src/render/clean.ts';
import { errorText, findingText } from '../../src/render/error-text.ts';
import { plainRenderer } from '../../src/render/plain.ts';
import { styleOf } from '../../src/render/style.ts';
import { tableText } from '../../src/render/table.ts';
import type { Step } from '../../src/resource/index.ts';
import { sh } from '../../src/shell/index.ts';

const c = styleOf({ isTTY: false, columns: 80 }, {});
/** Clears the screen, sets the window's title, moves up, hides, writes over, turns round. */
const EVIL = '\x1b[2J\x1b]0;owned\x07\x1b[1A\x1b[8mok\x1b[0m\rdone\x9b31m\u202egpj.exe\x00\b';
const RAW = /(?![\t\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;

test.each([
  ['a line\tand a tab\n', 'a line\tand a tab\n'],
  ['\x1b[31mred\x1b[0m', 'red'],
  ['100 %\r', '100 %'],
  ['\x1b]8;;http://example.org\x07link\x1b]8;;\x07', 'link'],
  ['bell\x07 and \x85', 'bell· and ·'],
  ['ok \u202etxt.exe', 'ok ·txt.exe'],
  ['Zürich 北京 🇨🇭 e\u0301', 'Zürich 北京 🇨🇭 e\u0301'],
])('%j is shown as %j', (text, expected) => {
  expect(cleanText(text)).toBe(expected);
});

test('plain data is cleaned to its depth, and what is none stays', () => {
  const error = new Error(EVIL);
  const found = cleaned({ a: [EVIL, { b: EVIL }], n: 1, none: undefined, error });
  expect(JSON.stringify(found)).not.toMatch(/\\u00|owned/);
  expect(found.error).toBe(error);
});

test('whatever way a host’s words take, none of its controls is written', () => {
  const written: string[] = [];
  const { handle } = plainRenderer(
    (text) => written.push(text),
    (text) => written.push(text),
    c,
    true,
  );
  handle({ kind: 'step-started', host: 'a', title: EVIL, number: 1, of: 1 } as never);
  handle({ kind: 'step-output', host: 'a', line: EVIL });
  handle({ kind: 'settling', host: 'a', progress: [EVIL] } as never);
  handle({ kind: 'gate-waiting', host: 'a', title: 'x', reason: EVIL } as never);
  handle({ kind: 'finding', finding: { level: 'warn', code: 'x', message: EVIL, fix: [EVIL] } });
  handle({ kind: 'host-failed', host: 'a', error: new Error(EVIL) } as never);
  written.push(tableText({ title: EVIL, columns: ['A'], rows: [[EVIL]] }, c));
  written.push(...findingText({ level: 'warn', code: 'x', message: 'x', fix: [EVIL] }, c));
  const step = { title: EVIL, script: sh`echo ${EVIL.replace('\0', '')}` };
  const failed = new StepFailed({ resource: 'x', origin: undefined }, step as Step, {
    code: 1,
    stdout: EVIL,
    stderr: EVIL,
  });
  written.push(...errorText('a', failed, c));
  expect(written.length).toBeGreaterThan(10);
  expect(written.filter((text) => RAW.test(text))).toEqual([]);
});
