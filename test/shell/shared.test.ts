import { expect, test } from 'vitest';
import { lines, type Program, sh, shared, together } from '../../src/shell/index.ts';

const program = (name: string): Program => ({
  name,
  needs: sh`true`,
  ask: (questions) => sh`echo ${[...questions.values()]}`,
});
const zones = program('zones');

test('questions to one program are put in one call, each once, by a script that is sent by itself as well', () => {
  const script = lines([
    together(zones, 'zone_a', 'a'),
    together(zones, 'zone_b', 'b'),
    together(zones, 'zone_a', 'a'),
  ]);
  expect([...script.shared.keys()]).toEqual(['zones']);
  expect(script.body().reveal()).toBe('zone_a\nzone_b\nzone_a');
  expect(script.reveal()).toContain('echo a b\n');
  expect(script.reveal().match(/^zone_a\(\)/gm)).toHaveLength(1);
});

test('what differs only by what a command cannot be called is told apart', () => {
  const names = ['a-b', 'a.b', 'a_b', 'a b', 'ä'].map((name) =>
    together(zones, `zone_${name}`, name).body().reveal(),
  );
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^\w+$/);
});

test('one name for two questions, or two programs, is a mistake', () => {
  const asked = together(zones, 'zone', 'a');
  expect(() => lines([asked, together(zones, 'zone', 'b')])).toThrow('two questions are called zone');
  expect(() => lines([asked, together(program('zones'), 'zone', 'a')])).toThrow(
    'two programs are called zones',
  );
  expect(() => lines([asked, shared('zones', sh`true`)])).toThrow('two programs are called zones');
});
