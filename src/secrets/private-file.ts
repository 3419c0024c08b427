import { readFile, stat } from 'node:fs/promises';

/**
 * A file that belongs to its reader alone (0600 or less).
 *
 * @throws Error whose message says what is wrong and how to mend it.
 */
export async function readPrivateFile(path: string): Promise<string> {
  const { mode } = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`cannot read ${path} (${error.code ?? error.message})`);
  });
  if ((mode & 0o077) !== 0)
    throw new Error(`others can read ${path}; fix: chmod 600 '${path.replaceAll("'", "'\\''")}'`);
  return readFile(path, 'utf8');
}
