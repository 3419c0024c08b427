import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Secret } from '../../src/shell/index.ts';
import { lockedKeys, opens, readIdentities } from '../../src/transport/identities.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-identities-'));
const made = (name: string, phrase: string) => {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', phrase, '-f', file]);
  return file;
};

const { HOME } = process.env;
afterEach(() => {
  process.env.HOME = HOME;
});

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

test('of the usual keys one is asked about, where there is nothing else to offer', async () => {
  const home = mkdtempSync(join(tmpdir(), 'provision-home-'));
  process.env.HOME = home;
  expect(await lockedKeys(undefined)).toEqual([]);
  mkdirSync(join(home, '.ssh'));
  const [ecdsa, rsa] = [join(home, '.ssh', 'id_ecdsa'), join(home, '.ssh', 'id_rsa')];
  for (const path of [ecdsa, rsa]) copyFileSync(made(`usual-${path.length}`, 'a phrase'), path);
  expect(await lockedKeys(undefined)).toEqual([rsa]);
  copyFileSync(made('usual', ''), join(home, '.ssh', 'id_ed25519'));
  expect(await lockedKeys(undefined)).toEqual([]);
});

test('what is named and is no private key is told as what it is; of a folder no mode is to be changed', async () => {
  const put = (name: string, text: string, mode = 0o600) => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
    return join(folder, name);
  };
  const open = made('private', '');
  const pem = (name: string) => `-----BEGIN ${name}-----\nMIIB\n-----END ${name}-----\n`;
  const told: Readonly<Record<string, readonly [RegExp, RegExp?]>> = {
    [folder]: [/ is no file$/, /^name the private key itself/],
    [`${open}.pub`]: [
      / is the public half of one$/,
      /^name the private half, .*private\), or have the agent hold it/,
    ],
    [put('key.ppk', 'PuTTY-User-Key-File-3: ssh-ed25519\n')]: [
      / is in PuTTY's form/,
      /^puttygen .* -o \S*key\.openssh$/,
    ],
    [put('pkcs8', pem('ENCRYPTED PRIVATE KEY'))]: [/PKCS #8/, /^ssh-keygen -p -f /],
    [put('certificate', pem('CERTIFICATE'), 0o644)]: [/ is a certificate$/],
    [put('nothing', '')]: [/ is empty$/],
    [join(folder, 'nowhere')]: [/\(there is no such file\)$/],
  };
  for (const [path, [message, fix]] of Object.entries(told)) {
    const error = await readIdentities([path], new Map()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ failure: 'key-file', message: expect.stringMatching(message) });
    if (fix !== undefined) expect((error as { fix: readonly string[] }).fix[0]).toMatch(fix);
    expect(`${(error as { fix: readonly string[] }).fix}`).not.toContain('chmod');
  }
});

test('a named key that others can read, or whose passphrase is not known, is not used, and it is said what to do', async () => {
  const [open, locked] = [made('wide', ''), made('asked', 'a phrase')];
  const read = (path: string, phrase?: string) =>
    readIdentities([path], new Map(phrase === undefined ? [] : [[path, new Secret(phrase)]])).then(
      (identities) => identities.map((identity) => identity.path),
      ({ message, fix }: { message: string; fix: readonly string[] }) => [message, ...fix],
    );
  expect(await read(open)).toEqual([open]);
  for (const mode of [0o640, 0o604]) {
    chmodSync(open, mode);
    expect(await read(open)).toEqual([`others can read the key ${open}`, `chmod 600 ${open}`]);
  }
  expect(await read(locked)).toEqual([`the key ${locked} has a passphrase`, `ssh-add ${locked}`]);
  expect(await read(locked, 'another')).toEqual([
    `the passphrase of the key ${locked} is another`,
    `ssh-add ${locked}`,
  ]);
  expect(await read(locked, 'a phrase')).toEqual([locked]);
});

test('of the usual keys those that can be used are offered, in the order of ssh', async () => {
  const home = mkdtempSync(join(tmpdir(), 'provision-home-'));
  process.env.HOME = home;
  mkdirSync(join(home, '.ssh'));
  for (const [name, phrase] of [
    ['id_ed25519', ''],
    ['id_rsa', ''],
    ['id_ecdsa', 'a phrase'],
  ] as const)
    copyFileSync(made(`order-${name}`, phrase), join(home, '.ssh', name));
  const offered = await readIdentities(undefined, new Map());
  expect(offered.map(({ path }) => path)).toEqual(
    ['id_rsa', 'id_ed25519'].map((name) => join(home, '.ssh', name)),
  );
});
