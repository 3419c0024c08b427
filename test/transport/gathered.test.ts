import { expect, test } from 'vitest';
import { Gathered } from '../../src/transport/gathered.ts';

function gather(chunks: readonly Buffer[], keep?: number) {
  const told: string[] = [];
  const gathered = new Gathered((text) => void told.push(text), keep);
  for (const chunk of chunks) gathered.add(chunk);
  return { kept: gathered.end(), told };
}

test('a character that comes in two pieces is told once, whole, and no piece of it before', () => {
  const bytes = Buffer.from('a€b');
  expect(gather([bytes.subarray(0, 2), bytes.subarray(2, 3), bytes.subarray(3)])).toEqual({
    kept: 'a€b',
    told: ['a', '€b'],
  });
});

test('a character that never ends is told at the end as what it is', () => {
  expect(gather([Buffer.from('a€').subarray(0, 2)])).toEqual({ kept: 'a\ufffd', told: ['a', '\ufffd'] });
});

test('all is told, and of it only the end is kept where no more is wanted', () => {
  expect(gather([Buffer.from('abcdef'), Buffer.from('ghi')], 4)).toEqual({
    kept: 'fghi',
    told: ['abcdef', 'ghi'],
  });
});
