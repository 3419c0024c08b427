import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { encryptAge, type Means, newIdentity, secretReader } from '../../src/secrets/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-secrets-'));
const at = (name: string) => join(folder, name);
const written = (name: string, text: string, mode = 0o600) => {
  writeFileSync(at(name), text);
  chmodSync(at(name), mode);
  return at(name);
};

const age = { file: at('secrets.age'), identity: at('key'), recipients: [] };
const means = (more: Partial<Means> = {}): Means => ({
  env: { SET: 'from the environment' },
  age,
  run: async (command) => {
    if (command === 'fails') throw new Error('`fails` failed: exit code 1');
    return command === 'silent' ? '\n' : 'printed\n';
  },
  ask: async (question) => `answer to ${question}`,
  ...more,
});
const read = (source: Parameters<ReturnType<typeof secretReader>>[0], more?: Partial<Means>) =>
  secretReader(means(more))(source).then((secret) => secret.reveal());

beforeAll(async () => {
  written('key', (await newIdentity()).text);
  written('secrets.age', await encryptAge('deploy: "p: w"\nlong: |\n  two\n  lines\n', age));
});

test.each([
  ['env', { env: 'SET' }, 'from the environment'],
  ['a file', { file: written('file', 'in a file\r\n') }, 'in a file'],
  ['a command', { command: 'pass show deploy' }, 'printed'],
  ['an encrypted file', { age: 'deploy' }, 'p: w'],
  ['one of several lines', { age: 'long' }, 'two\nlines'],
  ['a person', { prompt: 'Password' }, 'answer to Password'],
])('a secret from %s', async (_name, source, value) => {
  expect(await read(source)).toBe(value);
});

test.each([
  ['an unset variable', { env: 'NOT' }, /the environment variable NOT is not set/],
  [
    'a file that others read',
    { file: written('wide', 'x', 0o640) },
    /others can read .*wide; fix: chmod 600/,
  ],
  ['a folder, of which no mode is to be changed', { file: folder }, /^cannot read \S+ \(it is no file\)$/],
  ['a file that is not there', { file: at('nowhere') }, /\(there is no such file\)$/],
  ['an empty file', { file: written('empty', '\n') }, /empty is empty/],
  ['a command that fails', { command: 'fails' }, /`fails` failed: exit code 1/],
  ['a command that prints nothing', { command: 'silent' }, /what `silent` prints is empty/],
  ['a name that is not in the encrypted file', { age: 'deplyo' }, /has no `deplyo`; it has deploy, long/],
])('%s is told without a value', async (_name, source, message) => {
  const error = await read(source).catch((caught: Error) => caught);
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toContain('p: w');
});

test('an encrypted file is opened once, and another key does not open it', async () => {
  const reader = secretReader(means());
  expect(await Promise.all([reader({ age: 'deploy' }), reader({ age: 'long' })])).toHaveLength(2);
  const other = { ...age, identity: written('other', (await newIdentity()).text) };
  await expect(read({ age: 'deploy' }, { age: other })).rejects.toThrow(/cannot be decrypted with .*other/);
  const wide = { ...age, identity: written('wide-key', (await newIdentity()).text, 0o644) };
  await expect(read({ age: 'deploy' }, { age: wide })).rejects.toThrow(/others can read .*wide-key/);
});

test.each([
  ['a key of ssh', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n'],
  ['a key that is cut off', 'AGE-SECRET-KEY-1QQ\n'],
  ['nothing', '# public key: age1\n'],
])('%s instead of a key of age is told with its file, and not repeated', async (_, text) => {
  const other = { ...age, identity: written('no-key', text) };
  await expect(read({ age: 'deploy' }, { age: other })).rejects.toThrow(
    /^\S+no-key has no key of age, as age-keygen makes it \(AGE-SECRET-KEY-1…\); keys of ssh are not read$/,
  );
});

test('a file that nobody has encrypted is told as that', async () => {
  const plain = { ...age, file: written('plain.age', 'deploy: "p: w"\n') };
  await expect(read({ age: 'deploy' }, { age: plain })).rejects.toThrow(
    /plain\.age is not encrypted with age$/,
  );
});

test('a recipient can open what was encrypted for it, and values that are no texts are refused', async () => {
  const { text, recipient } = await newIdentity();
  const theirs = { file: at('shared.age'), identity: written('theirs', text), recipients: [] };
  written('shared.age', await encryptAge('port: 25\n', { ...age, recipients: [recipient] }));
  await expect(read({ age: 'port' }, { age: theirs })).rejects.toThrow(
    /shared\.age, decrypted, port: expected a map/,
  );
  written('shared.age', await encryptAge('a: [1\n', { ...age, recipients: [recipient] }));
  await expect(read({ age: 'a' }, { age: theirs })).rejects.toThrow(
    /decrypted, line \d+, column \d+: not YAML/,
  );
});
