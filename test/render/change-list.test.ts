import { expect, test } from 'vitest';
import { changeLists } from '../../src/render/change-list.ts';

const made = (field: string, to: string) => ({ field, from: null, to });
const LONG = 'a value that is as long as they are in a stack';

test('what several services have in common is told once where that is shorter, and else of each', () => {
  const lists = changeLists([
    made('imap environment KEY', LONG),
    made('imap environment OTHER', LONG),
    made('imap replicas', '1'),
    made('smtp environment KEY', LONG),
    made('smtp environment OTHER', LONG),
    made('smtp replicas', '1'),
    made('admin environment KEY', LONG),
    made('admin environment OTHER', LONG),
    made('admin replicas', '2'),
  ]);
  expect(lists).toEqual([
    {
      subjects: ['imap', 'smtp', 'admin'],
      made: [expect.stringMatching(/^environment KEY: a value .*, OTHER: a value /)],
      gone: [],
      changed: [],
    },
    ...[
      ['imap', '1'],
      ['smtp', '1'],
      ['admin', '2'],
    ].map(([subject, number]) => ({
      subjects: [subject],
      made: [`replicas: ${number}`],
      gone: [],
      changed: [],
    })),
  ]);
});

test('fields without a subject are one list', () => {
  expect(changeLists([made('a', '1'), made('b', '2')])).toEqual([
    { subjects: [], made: ['a: 1, b: 2'], gone: [], changed: [] },
  ]);
});
