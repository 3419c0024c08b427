import { expect, test } from 'vitest';
import { render } from '../../src/template/index.ts';

test('fills in names, escapes nothing, and has no use for what is not there', () => {
  expect(render('{{#each words}}{{this}}\n{{/each}}', { words: ['<b>', "'q'", '$HOME & more'] })).toBe(
    "<b>\n'q'\n$HOME & more\n",
  );
  expect(render('{{a.b}}', { a: { b: 1 } })).toBe('1');
  expect(() => render('{{missing}}', {})).toThrow(/missing/);
  expect(() => render('{{#each', {})).toThrow();
});
