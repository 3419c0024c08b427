import { readFile, stat } from 'node:fs/promises';
import { Secret } from '../shell/index.ts';

/** Where a secret's value comes from. File paths are absolute. */
export type Source = { readonly env: string } | { readonly file: string };

/**
 * Reads a secret. A file must belong to its reader alone (0600 or less); one line break at its end is not part of
 * the secret.
 *
 * @throws Error whose message says what is missing and how to mend it, and never the value.
 */
export async function readSecret(source: Source, env: NodeJS.ProcessEnv): Promise<Secret> {
  if ('env' in source) {
    const value = env[source.env];
    if (value === undefined || value === '')
      throw new Error(`the environment variable ${source.env} is not set`);
    return new Secret(value);
  }
  const { mode } = await stat(source.file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`cannot read ${source.file} (${error.code ?? error.message})`);
  });
  if ((mode & 0o077) !== 0)
    throw new Error(
      `others can read ${source.file}; fix: chmod 600 '${source.file.replaceAll("'", "'\\''")}'`,
    );
  const value = (await readFile(source.file, 'utf8')).replace(/\r?\n$/, '');
  if (value === '') throw new Error(`${source.file} is empty`);
  return new Secret(value);
}
