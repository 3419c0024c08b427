import { expect, test } from 'vitest';
import { giveHome, userName } from '../../src/cli/person.ts';

/** As libuv answers where passwd(5) has no entry. */
const nobody = (): never => {
  throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT (no such file or directory)');
};

test('who has no entry in passwd(5) has a name and a home all the same', () => {
  expect(userName({ LOGNAME: 'ann' }, nobody)).toBe('ann');
  expect(userName({ USER: 'ben' }, nobody)).toBe('ben');
  expect(userName({}, nobody)).toBe(`user ${process.getuid?.()}`);
  const env: NodeJS.ProcessEnv = {};
  giveHome(env, nobody);
  expect(env.HOME).toBe('/nonexistent');
});

test('who has a home keeps it', () => {
  const env: NodeJS.ProcessEnv = { HOME: '/home/ann' };
  giveHome(env, () => '/home/ann');
  expect(env.HOME).toBe('/home/ann');
});
