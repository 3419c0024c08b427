import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ProvisionError } from '../errors/index.ts';
import { type AgeKeys, decryptAge, encryptAge, newIdentity, readContent } from '../secrets/index.ts';
import { ageKeys } from './means.ts';
import { readHosts } from './project.ts';

const EMPTY =
  '# Names of secrets and their values, in YAML. Inventories name one with { age: NAME }.\n# deploy-sudo: "..."\n';
/** Memory, where the system has it: what is decrypted for the editor then never reaches a disk. */
const MEMORY = '/dev/shm';

/** Opens the encrypted secrets of an inventory in the editor, and encrypts what comes of it. */
export async function editSecrets(inventory: string): Promise<number> {
  const keys = await keysOf(inventory);
  if (!existsSync(keys.identity)) await makeIdentity(keys);
  const before = existsSync(keys.file) ? await attempt(() => decryptAge(keys)) : EMPTY;
  const after = inEditor(before, keys.file);
  if (after === before && existsSync(keys.file)) {
    process.stdout.write('Nothing was changed.\n');
    return 0;
  }
  await write(keys, after);
  const names = Object.keys(readContent(after, keys.file));
  process.stdout.write(`${keys.file}: ${names.join(', ') || 'no secrets'}\n`);
  return 0;
}

/** Encrypts the secrets anew, for the recipients that the inventory names now. */
export async function rekeySecrets(inventory: string): Promise<number> {
  const keys = await keysOf(inventory);
  await write(keys, await attempt(() => decryptAge(keys)));
  const others = keys.recipients.length;
  process.stdout.write(
    `${keys.file}: encrypted for the owner of ${keys.identity}${others === 0 ? '' : ` and ${others} more`}.\n` +
      'Whoever could read it before still can read older copies: change what they must not know.\n',
  );
  return 0;
}

async function keysOf(inventory: string): Promise<AgeKeys> {
  return ageKeys((await readHosts(inventory, undefined)).inventory);
}

async function makeIdentity({ identity }: AgeKeys): Promise<void> {
  const { text, recipient } = await newIdentity();
  mkdirSync(dirname(identity), { recursive: true, mode: 0o700 });
  writeFileSync(identity, text, { mode: 0o600, flag: 'wx' });
  process.stderr.write(
    `Made a key for you: ${identity}\nKeep a copy of it: without it nobody can read the secrets. Others encrypt for\nyou with: ${recipient}\n`,
  );
}

/** What is decrypted is in a directory and a file that only we can read, and gone afterwards, however this ends. */
function inEditor(text: string, name: string): string {
  const { VISUAL, EDITOR } = process.env;
  const editor = VISUAL || EDITOR || 'vi';
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'provision-'));
  const file = join(folder, 'secrets.yaml');
  const release = removeAfterUs(folder);
  try {
    writeFileSync(file, text, { mode: 0o600 });
    for (;;) {
      const { status } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
      if (status !== 0) throw failure(`the editor (${editor}) failed; nothing was changed`);
      const edited = readFileSync(file, 'utf8');
      try {
        readContent(edited, name);
        return edited;
      } catch (error) {
        if (process.stdin.isTTY !== true) throw failure(`${(error as Error).message}; nothing was changed`);
        process.stderr.write(`${(error as Error).message}; once more\n`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    release();
  }
}

/** A process of its own removes the folder once this one has ended, for whatever reason: it reads until nobody can write to it any more. */
function removeAfterUs(folder: string): () => void {
  const script = `trap '' HUP INT TERM; cat >/dev/null; rm -rf -- "$1"`;
  const guard = spawn('/bin/sh', ['-c', script, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => undefined);
  guard.unref();
  return () => guard.stdin.end();
}

async function write(keys: AgeKeys, text: string): Promise<void> {
  const sealed = await attempt(() => encryptAge(text, keys));
  const half = `${keys.file}.half`;
  writeFileSync(half, sealed, { mode: 0o600 });
  renameSync(half, keys.file);
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  return work().catch((error: Error) => {
    throw failure(error.message);
  });
}

function failure(message: string): ProvisionError {
  return new ProvisionError(message, { code: 'secrets' });
}
