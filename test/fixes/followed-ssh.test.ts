import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { beforeAll, expect, test } from 'vitest';
import { readPrivateFile } from '../../src/secrets/private-file.ts';
import { Secret } from '../../src/shell/index.ts';
import { HostKeyCheck, type HostKeyPolicy } from '../../src/transport/host-key.ts';
import { readIdentities } from '../../src/transport/identities.ts';

/** Paths that a shell must be given as one word. */
const folder = join(mkdtempSync(join(tmpdir(), 'provision-ssh-')), "o'brien's keys");

beforeAll(() => {
  mkdirSync(folder);
  for (const [name, passphrase] of [
    ['a', ''],
    ['b', ''],
    ['locked', 'words'],
  ] as const)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', join(folder, name)]);
});

const blobOf = (name: string) =>
  Buffer.from(readFileSync(join(folder, `${name}.pub`), 'utf8').split(' ')[1] ?? '', 'base64');
const check = (file: string, policy: HostKeyPolicy, port = 22) =>
  new HostKeyCheck({
    address: 'mail-1.example.org',
    port,
    login: { user: 'deploy', address: 'mail-1.example.org', port },
    knownHosts: [file],
    policy,
  });

function fixOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    return (error as { fix: readonly string[] }).fix[0] ?? '';
  }
  return '';
}
const paste = (command: string) => spawnSync('dash', ['-c', command]).status;

test.each([22, 2222])('a host key that changed is forgotten, that of no other host: port %i', (port) => {
  const file = join(folder, `known-${port}`);
  check(file, 'accept-new', port).verify(blobOf('a'));
  const other = `mail-2.example.org ${readFileSync(join(folder, 'a.pub'), 'utf8')}`;
  writeFileSync(file, readFileSync(file, 'utf8') + other);
  expect(paste(fixOf(() => check(file, 'accept-new', port).verify(blobOf('b'))))).toBe(0);
  check(file, 'accept-new', port).verify(blobOf('b'));
  expect(readFileSync(file, 'utf8')).toContain(other);
});

test.each([22, 2222])('a host key that was compared is made known, and no other: port %i', (port) => {
  const file = join(folder, `compared-${port}`);
  expect(paste(fixOf(() => check(file, 'yes', port).verify(blobOf('a'))))).toBe(0);
  check(file, 'yes', port).verify(blobOf('a'));
  expect(() => check(file, 'yes', port).verify(blobOf('b'))).toThrow();
});

test.each([22, 2222])('a host that an authority vouches for: ssh writes down its key: port %i', (port) => {
  const file = join(folder, `vouched-${port}`);
  writeFileSync(file, `@cert-authority * ${readFileSync(join(folder, 'b.pub'), 'utf8')}`);
  const fix = fixOf(() => check(file, 'accept-new', port).verify(blobOf('a')));
  // What ssh would run on the host.
  const bin = join(folder, `bin-${port}`);
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'ssh'),
    `#!/bin/sh\n[ "$1 $2 $3" = '-p ${port} deploy@mail-1.example.org' ] && [ "$4 $5" = 'cat /etc/ssh/ssh_host_ed25519_key.pub' ] && cat "\${0%/*}/../a.pub"\n`,
    { mode: 0o755 },
  );
  const { status } = spawnSync('dash', ['-c', fix], { env: { PATH: `${bin}:${process.env.PATH}` } });
  expect(status).toBe(0);
  check(file, 'yes', port).verify(blobOf('a'));
  expect(() => check(file, 'yes', port).verify(blobOf('b'))).toThrow();
});

test('a key and a secret that others can read are theirs alone afterwards', async () => {
  const key = join(folder, 'wide');
  copyFileSync(join(folder, 'a'), key);
  chmodSync(key, 0o644);
  const refused = await readIdentities([key], new Map()).catch((error: unknown) => error);
  expect(paste((refused as { fix: readonly string[] }).fix[0] ?? '')).toBe(0);
  expect(await readIdentities([key], new Map())).toHaveLength(1);
  const secret = join(folder, 'secret');
  writeFileSync(secret, 'x', { mode: 0o644 });
  const said = await readPrivateFile(secret).catch((error: Error) => error.message);
  expect(paste(said.split('; fix: ')[1] ?? '')).toBe(0);
  expect(await readPrivateFile(secret)).toBe('x');
});

test('a key with a passphrase is opened once, by the agent', async () => {
  const key = join(folder, 'locked');
  const refused = await readIdentities([key], new Map()).catch((error: unknown) => error);
  const [fix = ''] = (refused as { fix: readonly string[] }).fix;
  const asking = join(folder, 'ask');
  writeFileSync(asking, '#!/bin/sh\necho words\n', { mode: 0o755 });
  const { status, stdout } = spawnSync('ssh-agent', ['dash', '-c', `${fix} && ssh-add -L`], {
    encoding: 'utf8',
    env: { ...process.env, SSH_ASKPASS: asking, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(status).toBe(0);
  expect(stdout).toContain(readFileSync(`${key}.pub`, 'utf8').split(' ')[1]);
});

test('a key in the form of PKCS #8 is the same key in the form of ssh afterwards', async () => {
  const key = join(folder, 'pkcs8');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const refused = await readIdentities([key], new Map()).catch((error: unknown) => error);
  const [fix = ''] = (refused as { fix: readonly string[] }).fix;
  const asking = join(folder, 'ask-new');
  writeFileSync(asking, '#!/bin/sh\necho words\n', { mode: 0o755 });
  const { status } = spawnSync('setsid', ['-w', 'dash', '-c', fix], {
    env: { ...process.env, SSH_ASKPASS: asking, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
    stdio: 'ignore',
  });
  expect(status).toBe(0);
  const [read] = await readIdentities([key], new Map([[key, new Secret('words')]]));
  const { utils } = ssh2;
  const opened = utils.parseKey(read?.key ?? '', 'words');
  if (opened instanceof Error) throw opened;
  const [half] = Array.isArray(opened) ? opened : [opened];
  expect(createPublicKey(half.getPublicPEM()).equals(createPublicKey(privateKey))).toBe(true);
});
