import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastRun, openRunLog } from '../../src/cli/run-log.ts';

const state = mkdtempSync(join(tmpdir(), 'provision-log-'));
const env = { XDG_STATE_HOME: state };
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

test('a log has a line for each event, with its moment, and only its owner may read it', () => {
  const { path, emit } = openRunLog('mail', env, at(0));
  emit({ kind: 'run-started', cluster: 'mail', hosts: ['a'] });
  emit({ kind: 'step-output', host: 'a', line: 'a "quoted" line' });
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    { at: expect.stringMatching(/^\d{4}-.*Z$/), kind: 'run-started', cluster: 'mail', hosts: ['a'] },
    { at: expect.any(String), kind: 'step-output', host: 'a', line: 'a "quoted" line' },
  ]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(state, 'provision/mail')).mode & 0o777).toBe(0o700);
});

test('the oldest go', () => {
  for (let minute = 1; minute <= 40; minute++) openRunLog('mail', env, at(minute));
  const names = readdirSync(join(state, 'provision/mail'));
  expect(names).toHaveLength(30);
  expect(names.toSorted()[0]).toContain('001100');
});

test('the last run that changed something, and came to its end, tells how long one takes', () => {
  expect(lastRun('other', env)).toBeUndefined();
  const finished = (minute: number, changes: number, milliseconds: number, interrupted = false) =>
    openRunLog('other', env, at(minute)).emit({
      kind: 'run-finished',
      changes,
      hosts: [],
      milliseconds,
      interrupted,
    });
  finished(1, 3, 1000);
  finished(2, 5, 2000);
  finished(3, 0, 3000);
  finished(4, 2, 4000, true);
  openRunLog('other', env, at(5));
  expect(lastRun('other', env)).toBe(2000);
});

test('runs at once do not mind each other: a log that has just gone, and a line that is half written', () => {
  const { path, emit } = openRunLog('busy', env, at(1));
  emit({ kind: 'run-finished', changes: 1, hosts: [], milliseconds: 1000, interrupted: false });
  appendFileSync(path, '{"kind":"run-finished","changes":2,');
  symlinkSync('/nonexistent', join(state, 'provision/busy/2026-01-01T000200.jsonl'));
  expect(lastRun('busy', env)).toBe(1000);
});

test('a run goes on where its log cannot be written, and is told why', () => {
  const file = join(state, 'file');
  writeFileSync(file, '');
  const nowhere = openRunLog('mail', { XDG_STATE_HOME: file }, at(0));
  nowhere.emit({ kind: 'step-output', host: 'a', line: 'x' });
  expect(nowhere.trouble()).toMatch(/ENOTDIR: not a directory/);
  expect(lastRun('mail', { XDG_STATE_HOME: file })).toBeUndefined();

  const begun = openRunLog('short', env, at(0));
  begun.emit({ kind: 'step-output', host: 'a', line: 'x' });
  expect(begun.trouble()).toBeUndefined();
  rmSync(join(state, 'provision/short'), { recursive: true });
  begun.emit({ kind: 'step-output', host: 'a', line: 'y' });
  begun.emit({ kind: 'step-output', host: 'a', line: 'z' });
  expect(begun.trouble()).toMatch(/ENOENT/);
});
