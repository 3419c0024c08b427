import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collect, type Fix } from './collect.ts';
import {
  commandsOf,
  DESTRUCTIVE,
  isRead,
  NEVER,
  PARENTHESISED,
  plain,
  simpleOf,
  wordsOf,
} from './commands.ts';
import { ROOT } from './program.ts';
import { nameOf, ROWS, type Row, rowsOf } from './table.ts';
import { RUN } from './texts.ts';

const { fixes, unread } = collect();
const named = ({ file, place, texts }: Fix) => nameOf({ file, place, fix: plain(texts[0] ?? '') });
const rows = fixes.flatMap((fix) => rowsOf(fix).map((row) => ({ fix, row })));
const of = (kind: 'looks' | 'words' | 'changes') => rows.filter(({ row }) => row[kind] !== undefined);

/** What of a fix a shell is to read. */
function commands({ texts }: Fix): readonly string[] {
  const run = texts.filter((text) => text.includes(RUN));
  return (run.length > 0 ? run : texts).flatMap(commandsOf);
}

describe('every fix that the product can print', () => {
  test('is found: no part of one is made in a way that the collector does not read', () => {
    expect(unread).toEqual([]);
    expect(fixes.length).toBeGreaterThan(300);
    const shell = readdirSync(join(ROOT, 'templates')).filter((name) =>
      /\bfix: /.test(readFileSync(join(ROOT, 'templates', name), 'utf8')),
    );
    expect(shell).toEqual([]);
  });

  test('has one row in the table, and every row is of one', () => {
    expect(fixes.filter((fix) => rowsOf(fix).length !== 1).map(named)).toEqual([]);
    const taken = new Map<Row, number>();
    for (const { row } of rows) taken.set(row, (taken.get(row) ?? 0) + 1);
    expect(ROWS.filter((row) => taken.get(row) !== 1).map(nameOf)).toEqual([]);
  });

  test('looks, or changes something, or is words: one of the three; what changes is followed, or has a reason', () => {
    const kinds = (row: Row) => [row.looks, row.words, row.changes].filter((kind) => kind !== undefined);
    expect(ROWS.filter((row) => kinds(row).length !== 1).map(nameOf)).toEqual([]);
    const undecided = ({ changes, followed, reason }: Row) =>
      changes !== undefined && (followed === undefined) === (reason === undefined);
    expect(ROWS.filter(undecided).map(nameOf)).toEqual([]);
    const count = (which: (row: Row) => unknown) => ROWS.filter(which).length;
    process.stdout.write(
      `figure  fixes: ${ROWS.length}; look, say, change: ${count((row) => row.looks)}, ${count((row) => row.words)}, ${count((row) => row.changes)}; of those that change, followed: ${count((row) => row.changes && row.followed)}\n`,
    );
  });

  test('is followed by the test that is named', () => {
    const missing = ROWS.filter(({ followed }) => {
      if (followed === undefined) return false;
      const [, path = '', title = ''] = /^(\S+\.test\.ts): (.+)$/.exec(followed) ?? [];
      if (!existsSync(join(ROOT, path))) return true;
      return !readFileSync(join(ROOT, path), 'utf8')
        .split('\n')
        .some((line) => /^\s*(test|'|"|`|\()/.test(line) && line.includes(title));
    });
    expect(missing.map(nameOf)).toEqual([]);
  });
});

describe('none destroys what its message does not name', () => {
  test('what only looks begins with programs that only read', () => {
    const wrong = of('looks').flatMap(({ fix }) =>
      commands(fix)
        .flatMap(simpleOf)
        .filter((command) => !isRead(command))
        .map((command) => `${named(fix)}: ${command}`),
    );
    expect(wrong).toEqual([]);
  });

  test('what is words has no command, and none in passing that takes something away', () => {
    const wrong = of('words').filter(
      ({ fix: { texts } }) =>
        texts.some((text) => text.includes(RUN) || NEVER.test(text)) ||
        texts.some((text) => [...text.matchAll(PARENTHESISED)].some(([one]) => DESTRUCTIVE.test(one))),
    );
    expect(wrong.map(({ fix }) => named(fix))).toEqual([]);
  });

  test('what changes names what it takes away, in its own words or in each message', () => {
    const said = (text: string) => text.replaceAll(/\s+/g, ' ').toLowerCase();
    const wrong = of('changes').flatMap(({ fix, row }) => {
      const own = said(fix.texts.map(wordsOf).join(' '));
      const messages = fix.messages.map(said).filter((message) => message !== '');
      const isNamed = (touched: string) =>
        own.includes(said(touched)) ||
        (messages.length > 0 && messages.every((message) => message.includes(said(touched))));
      if (row.changes?.every(isNamed)) return [];
      const destroys = fix.texts.some((text) => DESTRUCTIVE.test(text));
      return destroys && row.reviewed !== undefined ? [] : [`${named(fix)}: ${row.changes}`];
    });
    expect(wrong).toEqual([]);
  });

  test('a reviewed reason is given only where it is needed', () => {
    expect(ROWS.filter(({ reviewed, changes }) => reviewed !== undefined && changes === undefined)).toEqual(
      [],
    );
  });
});

test('the command that is pasted ends its line: nothing of a sentence comes after it', () => {
  const wrong = fixes.filter(({ texts }) => texts.some((text) => /⟫(?!$| && ⟪)/.test(text)));
  expect(wrong.map(named)).toEqual([]);
});
