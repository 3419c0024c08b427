import { expect, test, vi } from 'vitest';
import { giveHome, userName } from '../../src/cli/person.ts';

/** As libuv answers where passwd(5) has no entry. */
const nobody = vi.hoisted(() => () => {
  throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT (no such file or directory)');
});
vi.mock('node:os', () => ({ userInfo: nobody, homedir: () => process.env.HOME ?? nobody() }));

test('who has no entry in passwd(5) has a name and a home all the same', () => {
  expect(userName({ LOGNAME: 'ann' })).toBe('ann');
  expect(userName({ USER: 'ben' })).toBe('ben');
  expect(userName({})).toBe(`user ${process.getuid?.()}`);
  vi.stubEnv('HOME', undefined);
  giveHome(process.env);
  expect(process.env.HOME).toBe('/nonexistent');
  vi.stubEnv('HOME', '/home/ann');
  giveHome(process.env);
  expect(process.env.HOME).toBe('/home/ann');
  vi.unstubAllEnvs();
});
