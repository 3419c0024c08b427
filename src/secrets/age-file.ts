import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { readPrivateFile } from './private-file.ts';

/** Where encrypted secrets are and who may read them. Paths are absolute. */
export interface AgeKeys {
  readonly file: string;
  readonly identity: string;
  readonly recipients: readonly string[];
}

/** What such a file holds, decrypted: YAML, a map of names to values. */
const contentSchema = z.record(z.string(), z.string());

/** @throws Error that says what is wrong and never what is inside. */
export async function decryptAge({ file, identity }: AgeKeys): Promise<string> {
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const key of await identitiesIn(identity)) decrypter.addIdentity(key);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`cannot read ${file} (${error.code ?? error.message})`);
  });
  const text = bytes.toString('latin1');
  if (!/^(-----BEGIN AGE|age-encryption\.org\/)/.test(text))
    throw new Error(`${file} is not encrypted with age`);
  try {
    const sealed = text.startsWith('-----BEGIN AGE') ? armor.decode(text) : new Uint8Array(bytes);
    return await decrypter.decrypt(sealed, 'text');
  } catch (error) {
    throw new Error(`${file} cannot be decrypted with ${identity}: ${(error as Error).message}`);
  }
}

/** The text, encrypted for the recipients and for the owner of the identity, in lines that a version control can keep. */
export async function encryptAge(text: string, { identity, recipients }: AgeKeys): Promise<string> {
  const { armor, Encrypter, identityToRecipient } = await import('age-encryption');
  const own = await Promise.all((await identitiesIn(identity)).map(identityToRecipient));
  const encrypter = new Encrypter();
  for (const recipient of new Set([...own, ...recipients])) encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(text));
}

/** A new key, as age-keygen writes it, and the recipient that belongs to it. */
export async function newIdentity(): Promise<{ readonly text: string; readonly recipient: string }> {
  const { generateIdentity, identityToRecipient } = await import('age-encryption');
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  return { text: `# public key: ${recipient}\n${identity}\n`, recipient };
}

/** Names and values. @throws Error with the place, and never with a value. */
export function readContent(text: string, file: string): Readonly<Record<string, string>> {
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    const { line, col } = (error as { linePos?: [{ line: number; col: number }] }).linePos?.[0] ?? {
      line: 1,
      col: 1,
    };
    throw new Error(`${file}, decrypted, line ${line}, column ${col}: not YAML`);
  }
  const content = contentSchema.safeParse(value);
  if (content.success) return content.data;
  const at = content.error.issues[0]?.path.join('.') ?? '';
  throw new Error(
    `${file}, decrypted${at === '' ? '' : `, ${at}`}: expected a map of names to texts; quote numbers`,
  );
}

/** The keys of a file, each of which is one that can be used. */
async function identitiesIn(file: string): Promise<readonly string[]> {
  const { identityToRecipient } = await import('age-encryption');
  const text = await readPrivateFile(file);
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const wrong = () => {
    throw new Error(
      `${file} has no key of age, as age-keygen makes it (AGE-SECRET-KEY-1…); keys of ssh are not read`,
    );
  };
  if (keys.length === 0) wrong();
  await Promise.all(keys.map((key) => identityToRecipient(key))).catch(wrong);
  return keys;
}
