import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../../src/shell/index.ts';
import { lockedKeys, opens } from '../../src/transport/identities.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-identities-'));
const made = (name: string, phrase: string) => {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', phrase, '-f', file]);
  return file;
};

test('only keys with a passphrase have to be asked about; what is no key, or not there, is told at the login', async () => {
  const [open, locked, text] = [made('open', ''), made('locked', 'a phrase'), join(folder, 'text')];
  writeFileSync(text, 'no key\n');
  const missing = join(folder, 'missing');
  expect(await lockedKeys([open, locked, text, missing])).toEqual([locked]);
  expect(await lockedKeys([locked], join(folder, 'no-agent'))).toEqual([locked]);
  expect(await opens(open)).toBe(true);
  expect(await opens(locked)).toBe(false);
  expect(await opens(locked, new Secret('another'))).toBe(false);
  expect(await opens(locked, new Secret('a phrase'))).toBe(true);
  expect([await opens(text), await opens(missing)]).toEqual([undefined, undefined]);
});
