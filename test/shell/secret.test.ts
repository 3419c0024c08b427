import { expect, test } from 'vitest';
import { looksSecret } from '../../src/shell/secret.ts';

test.each([
  ['DB_PW', true],
  ['INITIAL_ADMIN_PASSWORD', true],
  ['RELAYPASSWORD', true],
  ['SECRET_KEY', true],
  ['API_TOKEN', true],
  ['TLS_KEY', true],
  ['SECRET_KEY_FILE', false],
  ['DB_PW_FILE', false],
  ['DB_PWD_HINT', false],
  ['KEY_LENGTH', false],
  ['HOSTNAMES', false],
])('the value of %s had better not be seen: %s', (name, secret) => {
  expect(looksSecret(name)).toBe(secret);
});
