import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { lines, raw, Secret, sh, shared } from '../../src/shell/index.ts';

test('quotes values, one word an element of an array', () => {
  expect(sh`cp ${'a b'} ${['x', 'y z', 3]}`.reveal()).toBe("cp 'a b' x 'y z' 3");
});

test('splices scripts, and joins them by lines', () => {
  const inner = sh`echo ${'$HOME'}`;
  expect(lines([sh`if true; then ${inner}; fi`, raw('exit 0')]).reveal()).toBe(
    "if true; then echo '$HOME'; fi\nexit 0",
  );
});

test('shows a secret as its mask everywhere, and sends it in clear', () => {
  const secret = new Secret("pass'word");
  const script = lines([sh`login ${secret} ${[secret]}`, sh`nested ${sh`x ${secret}`}`]);
  expect(script.reveal()).toBe("login 'pass'\\''word' 'pass'\\''word'\nnested x 'pass'\\''word'");
  for (const shown of [script.shown, String(script), JSON.stringify({ script }), inspect({ script })]) {
    expect(shown).not.toContain('word');
    expect(shown).toContain('***');
  }
  for (const shown of [String(secret), JSON.stringify([secret]), inspect({ secret }), `${secret}`])
    expect(shown).not.toContain('word');
});

test('what a command prints of its secrets is masked', () => {
  const script = lines([
    sh`login ${new Secret('open sesame')}`,
    sh`cat ${sh`${new Secret('first line\nsecond line')}`}`,
  ]);
  expect(script.map((text) => text).mask("bad password 'open sesame'; second line")).toBe(
    "bad password '***'; ***",
  );
  // Shorter ones would mask what is none.
  expect(sh`login ${new Secret('word')}${new Secret('one')}`.mask('a word or one')).toBe('a *** or one');
  expect(sh`echo ${'open sesame'}`.mask('open sesame')).toBe('open sesame');
});

test('a value inside quotes would be quoted twice: an error', () => {
  const value = 'x';
  expect(() => sh`echo "${value}"`).toThrow(/inside quotes/);
  expect(() => sh`echo '${value}'`).toThrow(/inside quotes/);
  expect(() => sh`'${value}'`).toThrow(/inside quotes/);
  expect(() => sh`echo "$(a) ${value}"`).toThrow(/inside quotes/);
  expect(() => sh`echo "(${value})"`).toThrow(/inside quotes/);
  expect(sh`(echo "(") ${value} \" ${value} '\' ${value}`.reveal()).toBe(`(echo "(") x \\" x '\\' x`);
  expect(sh`echo "$(cat ${'a b'})" 'it'"'"'s' ${value}`.reveal()).toBe(`echo "$(cat 'a b')" 'it'"'"'s' x`);
});

test('a template that starts with a line break loses its common indentation, its values do not', () => {
  const value = 'one\n    two';
  expect(
    sh`
    first ${value}
      second
    third`.reveal(),
  ).toBe("first 'one\n    two'\n  second\nthird");
});

test('a shared question has one name, and a script that is sent by itself puts it itself', () => {
  const engine = shared('engine', sh`systemctl is-active ${'docker.service'}`);
  const info = shared('engine_info', sh`${engine} || exit; docker info ${new Secret('open sesame')}`);
  const script = lines([sh`one=$(${info})`, sh`${engine} && two`]);
  expect([...script.shared.keys()]).toEqual(['engine', 'engine_info']);
  expect(script.body().reveal()).toBe('one=$(engine_info)\nengine && two');
  expect(script.reveal()).toContain("docker info 'open sesame'");
  expect(script.shown).not.toContain('sesame');
  expect(script.mask('it is open sesame')).toBe('it is ***');
  expect(script.map((text) => text.toUpperCase()).shown).toContain('SYSTEMCTL IS-ACTIVE');
  expect(() => lines([engine, shared('engine', sh`true`)])).toThrow('two questions are called engine');
  expect(() => shared('no command', sh`true`)).toThrow('cannot be the name of a command');
});
